import { readBytes } from "../bytes/bytes.js";
import { placedBytes } from "../bytes/placed-bytes.js";
import { compressions } from "../compressions.js";
import { cellsOf, RowScanner } from "../delimited/rows.js";
import { BadInput, type InputFile, type ReadableStorage } from "../source.js";
import type { BorderedTokens, TokenRange } from "../tokens/by-borders.js";
import { wrongBorders, wrongSize } from "../tokens/faults.js";
import { typeOfWidth } from "../tokens/token-type.js";

const COMMA = 44;

/**
 * Opens the borders of a file of Dolma's: a row for each document, with its first token,
 * the one after its last, its id, and where it comes from; no header. They are read
 * from their beginning, since they are compressed.
 * @throws BadInput
 */
export async function olmoBorders(
	storage: ReadableStorage,
	file: InputFile,
	path: string,
): Promise<BorderedTokens> {
	let documents = 0;
	let tokens = 0;
	for await (const ranges of rangesOf(storage, path)) {
		documents += ranges.length;
		tokens = ranges.at(-1)?.end ?? tokens;
	}
	const given = file.options?.tokenBytes;
	const fitting = tokens === 0 ? 2 : file.size / tokens;
	const type = typeOfWidth(given === undefined ? fitting : Number(given));
	if (type === null)
		throw wrongSize(
			`${path} says that the file has ${tokens} tokens, and it has ${file.size} bytes`,
		);
	return {
		type,
		documents,
		tokens,
		async *ranges(from, to) {
			let before = 0;
			for await (const ranges of rangesOf(storage, path)) {
				yield ranges.slice(Math.max(0, from - before), to - before);
				before += ranges.length;
				if (before >= to) return;
			}
		},
	};
}

/** All documents, some at a time. @throws BadInput */
async function* rangesOf(
	storage: ReadableStorage,
	path: string,
): AsyncGenerator<TokenRange[]> {
	const found = await storage.stat(path);
	const [compression = null] = compressions.where(({ extension }) =>
		path.endsWith(extension),
	);
	const csv: InputFile = {
		...{ path, source: path, size: found?.size ?? 0, version: null },
		...{ format: "csv", compression, frames: null },
	};
	const rows = new RowScanner(COMMA);
	let start = 0;
	let number = 0;
	const rangeOf = (bytes: Buffer | null): TokenRange => {
		number++;
		const cells = bytes === null ? [] : cellsOf(bytes, COMMA).map(String);
		const [begin, end] = cells.map((cell) =>
			/^\d+$/.test(cell) ? Number(cell) : Number.NaN,
		);
		if (!(begin === start && end >= begin))
			throw wrongBorders(
				path,
				`row ${number} says that a document has the tokens from ${cells[0]} to ${cells[1]}, and the one before ends at ${start}`,
			);
		start = end;
		return { start: begin, end, id: cells[2] || null };
	};
	try {
		for await (const piece of placedBytes(readBytes(storage, csv))) {
			const ranges: TokenRange[] = [];
			for (const { bytes } of rows.scan(piece)) ranges.push(rangeOf(bytes));
			yield ranges;
		}
		const last = rows.finish();
		if (last !== null) yield [rangeOf(last.bytes)];
	} catch (error) {
		// What the compression finds wrong is said of the file that it is beside.
		if (error instanceof BadInput && error.reason !== "wrong-borders")
			throw wrongBorders(path, error.message);
		throw error;
	}
}
