import { isUtf8 } from "node:buffer";
import { readLineBlocks } from "./lines.js";
import {
	BadInput,
	type BadRecord,
	type DocumentBatch,
	type ReadOptions,
	type SourceFormat,
} from "./source.js";

const NEWLINE = 10;
/** V8 cannot hold a longer string. */
const LONGEST_LINE = 2 ** 29 - 25;

/** JSON Lines: a JSON object a line, its text in one field. Blank lines are passed over. */
export const jsonl: SourceFormat = {
	extensions: [".jsonl", ".ndjson"],
	canCut: true,

	async *read(file, span, options) {
		const { counts } = options;
		counts.lines = 0;
		let end = span.start;
		try {
			for await (const block of readLineBlocks(
				options.storage,
				file,
				span,
				counts,
			)) {
				end = block.position + block.bytes.length;
				const batch: DocumentBatch = {
					texts: [],
					ids: [],
					positions: [],
					lines: [],
				};
				for (const bad of parseBlock(
					block.bytes,
					block.position,
					batch,
					options,
				))
					await options.onBadRecord(bad);
				yield batch;
			}
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
			counts.records++;
			await options.onBadRecord({
				reason: error.reason,
				position: end,
				line: counts.lines + 1,
				sentence: error.message,
			});
		}
	},
};

/** Adds the documents of a block of lines to `batch`; gives the records that are none. */
function* parseBlock(
	bytes: Buffer,
	position: number,
	batch: DocumentBatch,
	options: ReadOptions,
): Generator<BadRecord> {
	const allUtf8 = isUtf8(bytes);
	let start = hasByteOrderMark(bytes, position) ? 3 : 0;
	while (start < bytes.length) {
		const newline = bytes.indexOf(NEWLINE, start);
		const end = newline === -1 ? bytes.length : newline;
		const line = ++options.counts.lines;
		if (!isBlank(bytes, start, end)) {
			options.counts.records++;
			try {
				parseRecord(bytes, start, end, allUtf8, batch, options);
				batch.positions.push(position + start);
				batch.lines.push(line);
			} catch (error) {
				if (!(error instanceof BadInput)) throw error;
				yield {
					reason: error.reason,
					position: position + start,
					line,
					sentence: error.message,
				};
			}
		}
		start = end + 1;
	}
}

function parseRecord(
	bytes: Buffer,
	start: number,
	end: number,
	knownUtf8: boolean,
	batch: DocumentBatch,
	options: ReadOptions,
): void {
	if (end - start > LONGEST_LINE)
		throw new BadInput(
			"too-long",
			`the line has ${end - start} bytes, more than the ${LONGEST_LINE} that can be read. Split the document`,
		);
	if (!knownUtf8 && !isUtf8(bytes.subarray(start, end)))
		throw new BadInput(
			"invalid-utf8",
			"the line is not valid UTF-8. Convert the file to UTF-8 (for example with iconv), or pass --on-error skip",
		);
	let record: unknown;
	try {
		record = JSON.parse(bytes.toString("utf8", start, end));
	} catch (error) {
		throw new BadInput(
			"not-json",
			`the line is not JSON (${(error as Error).message}). Mend it, or pass --on-error skip`,
		);
	}
	if (typeof record !== "object" || record === null || Array.isArray(record))
		throw new BadInput(
			"not-an-object",
			`the line is JSON but not an object. Each line must be like {"${options.textField}": "..."}; mend it, or pass --on-error skip`,
		);
	const fields = record as Record<string, unknown>;
	const text = textOf(fields, options.textField);
	const id = idOf(fields, options.idField);
	batch.texts.push(text);
	batch.ids.push(id);
}

function textOf(fields: Record<string, unknown>, field: string): string {
	const text = Object.hasOwn(fields, field) ? fields[field] : undefined;
	if (typeof text === "string") return text;
	if (text !== undefined)
		throw new BadInput(
			"no-text",
			`the field "${field}" is ${text === null ? "null" : `of type ${typeof text}`}, not a text. Name the text's field with --text-field, or pass --on-error skip`,
		);
	const names = Object.keys(fields).slice(0, 10).join(", ");
	throw new BadInput(
		"no-text",
		`the record has no field "${field}" (it has: ${names || "none"}). Name the text's field with --text-field, or pass --on-error skip`,
	);
}

function idOf(
	fields: Record<string, unknown>,
	field: string | null,
): string | null {
	const name = field ?? "id";
	const id = Object.hasOwn(fields, name) ? fields[name] : undefined;
	if (typeof id === "string") return id;
	if (typeof id === "number") return String(id);
	if (field === null) return null;
	throw new BadInput(
		"no-id",
		`the record has no text or number in the field "${field}". Name the id's field with --id-field, or pass --on-error skip`,
	);
}

function hasByteOrderMark(bytes: Buffer, position: number): boolean {
	return (
		position === 0 &&
		bytes[0] === 0xef &&
		bytes[1] === 0xbb &&
		bytes[2] === 0xbf
	);
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
	for (let i = start; i < end; i++) {
		const byte = bytes[i];
		if (byte !== 32 && byte !== 13 && byte !== 9) return false;
	}
	return true;
}
