import { gzipSync } from "node:zlib";

/** Numbers as bytes, the least significant first. */
export function numbers(
	values: readonly number[],
	type: "uint8" | "uint16" | "uint32" | "int32" | "int64",
): Buffer {
	const width = { uint8: 1, uint16: 2, uint32: 4, int32: 4, int64: 8 }[type];
	const bytes = Buffer.alloc(width * values.length);
	for (const [i, value] of values.entries())
		if (width === 8) bytes.writeBigInt64LE(BigInt(value), 8 * i);
		else if (type === "int32") bytes.writeInt32LE(value, 4 * i);
		else bytes.writeUIntLE(value, width * i, width);
	return bytes;
}

/** Ids below 128 as the text that tests have for them: that of their int32. */
export function textOfIds(ids: readonly number[]): string {
	return numbers(ids, "int32").toString("latin1");
}

export function idsOfText(text: string): number[] {
	const bytes = Buffer.from(text, "latin1");
	return Array.from({ length: bytes.length / 4 }, (_, i) =>
		bytes.readInt32LE(4 * i),
	);
}

/** Ids from 1 to 100 for a text of any kind, as many as it has units. */
export function anyIds(text: string): number[] {
	return Array.from(
		{ length: text.length },
		(_, i) => 1 + (text.charCodeAt(i) % 100),
	);
}

const CODES = { uint8: 1, int32: 4, int64: 5, uint16: 8 };

/**
 * Files of Megatron's IndexedDataset, as the comment of its `_IndexWriter` lays them out.
 * @param documents The sequences of each.
 */
export function megatronFiles(
	documents: readonly (readonly number[])[][],
	type: keyof typeof CODES,
): { bin: Buffer; idx: Buffer } {
	const bin: Buffer[] = [];
	const lengths: number[] = [];
	const pointers: number[] = [];
	const borders = [0];
	let at = 0;
	for (const document of documents) {
		for (const sequence of document) {
			const bytes = numbers(sequence, type);
			bin.push(bytes);
			lengths.push(sequence.length);
			pointers.push(at);
			at += bytes.length;
		}
		borders.push(lengths.length);
	}
	const idx = Buffer.concat([
		Buffer.from("MMIDIDX\0\0", "latin1"),
		numbers([1], "int64"),
		Buffer.of(CODES[type]),
		numbers([lengths.length, borders.length], "int64"),
		numbers(lengths, "int32"),
		numbers(pointers, "int64"),
		numbers(borders, "int64"),
	]);
	return { bin: Buffer.concat(bin), idx };
}

/** A shard of llm.c, as its `write_datafile` has it. */
export function llmcFile(
	ids: readonly number[],
	type: "uint16" | "uint32",
): Buffer {
	const head = type === "uint16" ? [20240520, 1] : [20240801, 7];
	return Buffer.concat([
		numbers([...head, ids.length, ...new Array(253).fill(0)], "int32"),
		numbers(ids, type),
	]);
}

/** Rows as Python's writer of CSV has them. */
export function dolmaBorders(
	rows: readonly (readonly (string | number)[])[],
): Buffer {
	return gzipSync(rows.map((row) => `${row.join(",")}\r\n`).join(""));
}

/** The last token of each list and those before, added up. */
export function endsOf(lists: readonly { length: number }[]): number[] {
	let end = 0;
	return lists.map(({ length }) => {
		end += length;
		return end;
	});
}
