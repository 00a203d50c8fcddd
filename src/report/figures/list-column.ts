import { DataError } from "../../core/errors.js";
import { datasetFormats, shardSchema } from "../../dataset/formats.js";
import { openListedAtRandom, readListed } from "../../dataset/listed-file.js";
import type { DatasetFile } from "../../dataset/manifest.js";
import type { Settings } from "../../dataset/settings.js";
import { storageAt } from "../../storage/storages.js";
import { whenRead } from "../../storage/when-read.js";
import { ArrowRows, newRowPlace } from "../../tables/arrow-rows.js";
import { type Column, columnOf, type Schema } from "../../tables/columns.js";

/** A shard: where it is, and what its rows are. */
export interface ShardToRead {
	path: string;
	bytes: number;
	rows: number;
	format: string;
	/** All of its columns. */
	schema: Schema;
}

export function shardOf(
	directory: string,
	{ path, bytes, rows }: Pick<DatasetFile, "path" | "bytes"> & { rows: number },
	settings: Settings,
): ShardToRead {
	return {
		path: `${directory}/${path}`,
		...{ bytes, rows, format: settings.format },
		schema: shardSchema(settings),
	};
}

/** The types of lists that can be read by themselves, and their arrays. */
const arrays = {
	"list<int32>": Int32Array,
	"list<int64>": BigInt64Array,
} as const;

type ListType = keyof typeof arrays;
type Lists<T extends ListType> = Pick<
	Extract<Column, { type: T }>,
	"values" | "offsets"
>;

/**
 * One column of a shard, a list a row, some rows at a time; the other columns are not read.
 * @throws DataError `dataset-changed`, `bad-shard`
 */
export async function* readListColumn<T extends ListType>(
	shard: ShardToRead,
	column: string,
	type: T,
): AsyncGenerator<Lists<T>> {
	const { path, bytes, format } = shard;
	const { read, randomAccess } = datasetFormats.find(format);
	if (randomAccess) {
		yield* readAtRandom(shard, column, type);
		return;
	}
	for await (const batch of readListed(storageAt(path), path, (file) =>
		read(file, bytes, [{ name: column, type }]),
	))
		yield columnOf(batch, column, type) as Lists<T>;
}

async function* readAtRandom<T extends ListType>(
	{ path, rows, schema }: ShardToRead,
	column: string,
	type: T,
): AsyncGenerator<Lists<T>> {
	const refused = (why: string) =>
		new DataError(
			"bad-shard",
			`${path} cannot be read: ${why}. Check the dataset with seqpack verify.`,
		);
	const file = await whenRead(() =>
		openListedAtRandom(
			storageAt(path),
			path,
			"What it belongs to",
			"seqpack verify tells what is missing",
		),
	);
	try {
		const found = new ArrowRows(file, schema, rows, 0, refused);
		await whenRead(() => found.open());
		for (let row = 0; row < rows; ) {
			const lists = await whenRead(() => {
				const place = found.find(row, newRowPlace());
				const offsets = new Int32Array(place.batch.rows + 1);
				found.readStarts(column, place, offsets);
				const count = offsets[place.batch.rows];
				if (!isAscending(offsets) || count * 4 > place.batch.bytes)
					throw refused("a row of it is damaged");
				const values = new arrays[type](count);
				const bytes = new Uint8Array(values.buffer);
				const words = bytes.length / 4;
				found.readValues(column, place, 0, bytes, 0, words);
				return { offsets, values } as Lists<T>;
			});
			yield lists;
			row += lists.offsets.length - 1;
		}
	} finally {
		file.close?.();
	}
}

function isAscending(offsets: Int32Array): boolean {
	for (let i = 0; i + 1 < offsets.length; i++)
		if (offsets[i] > offsets[i + 1]) return false;
	return offsets[0] === 0;
}
