// A shard of MDS, byte by byte, so that any of it can be wrong.

/** Names and encodings of columns; their values are given as bytes. */
export type Columns = Record<string, string>;

const SIZES: Record<string, number> = { int: 8, uint16: 2, float32: 4 };

export function mdsOf(
	columns: Columns,
	samples: readonly Record<string, Uint8Array | string>[],
	config: Record<string, unknown> = {},
): Buffer {
	const names = Object.keys(columns).sort();
	const description = Buffer.from(
		JSON.stringify({
			column_encodings: names.map((name) => columns[name]),
			column_names: names,
			column_sizes: names.map((name) => SIZES[columns[name]] ?? null),
			compression: null,
			format: "mds",
			hashes: [],
			size_limit: 67108864,
			version: 2,
			...config,
		}),
	);
	return shardOf(
		samples.map((sample) => {
			const values = names.map((name) => Buffer.from(sample[name]));
			const variable = values.filter(
				(_, i) => SIZES[columns[names[i]]] === undefined,
			);
			const sizes = uint32s(variable.map(({ length }) => length));
			return Buffer.concat([sizes, ...values]);
		}),
		description,
	);
}

export function shardOf(
	samples: readonly Uint8Array[],
	description: Uint8Array,
): Buffer {
	let offset = 4 + 4 * (samples.length + 1) + description.length;
	const offsets = [offset];
	for (const { length } of samples) {
		offset += length;
		offsets.push(offset);
	}
	return Buffer.concat([
		uint32s([samples.length, ...offsets]),
		description,
		...samples,
	]);
}

function uint32s(values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(4 * values.length);
	values.forEach((value, i) => {
		bytes.writeUInt32LE(value, 4 * i);
	});
	return bytes;
}
