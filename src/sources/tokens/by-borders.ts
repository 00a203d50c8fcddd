import { ByteCursor } from "../bytes/byte-cursor.js";
import type { WantedFields } from "../records/fields.js";
import { RecordBatchBuilder } from "../records/record-batch.js";
import {
	BadInput,
	type InputFile,
	type ReadableStorage,
	type RecordBatch,
	type SourceFormat,
	type Span,
} from "../source.js";
import { LONGEST_DOCUMENT, tooManyTokens, wrongSize } from "./faults.js";
import { TokenDocument } from "./token-document.js";
import { idsOf, type TokenType, tokenTypes } from "./token-type.js";

/** About how many bytes a part of a file has. */
const PART_BYTES = 1 << 23;
/** A batch ends once it holds so many bytes, or so many documents. */
const BATCH_BYTES = 1 << 20;
const BATCH_DOCUMENTS = 1 << 14;

/** The tokens of a document, from one to before another, counted from the file's first. */
export interface TokenRange {
	start: number;
	end: number;
	id: string | null;
}

/** A file of tokens, and where its documents are said to be: one after the other, without gaps. */
export interface BorderedTokens {
	type: TokenType;
	documents: number;
	/** How many tokens they have. */
	tokens: number;
	/** Where the documents from one to before another are, some at a time. @throws BadInput */
	ranges(from: number, to: number): AsyncIterable<TokenRange[]>;
}

/**
 * What a format has in common with others that say where documents are.
 * @param open Throws BadInput where the borders cannot be used.
 */
export function partedByBorders(
	open: (storage: ReadableStorage, file: InputFile) => Promise<BorderedTokens>,
): Pick<SourceFormat, "divide" | "numbersBefore" | "read"> {
	const openOrFault = async (storage: ReadableStorage, file: InputFile) => {
		try {
			return await open(storage, file);
		} catch (error) {
			if (error instanceof BadInput) return error;
			throw error;
		}
	};
	return {
		async divide(storage, file) {
			const opened = await openOrFault(storage, file);
			const parts = opened instanceof BadInput ? 1 : partsOf(file, opened);
			return { parts: Array.from({ length: parts }, () => file.size / parts) };
		},
		async numbersBefore(storage, file, span) {
			if (span.start === 0) return 0;
			const opened = await openOrFault(storage, file);
			return opened instanceof BadInput
				? 0
				: documentsOf(file, opened, span).from;
		},
		async *read(storage, file, span, wanted) {
			yield* readRanges(storage, file, span, wanted, await open(storage, file));
		},
	};
}

/** The documents of a span of parts. */
async function* readRanges(
	storage: ReadableStorage,
	file: InputFile,
	span: Span,
	wanted: WantedFields,
	opened: BorderedTokens,
): AsyncGenerator<RecordBatch> {
	const { width, hasOthers } = tokenTypes[opened.type];
	const { from, to } = documentsOf(file, opened, span);
	const batch = new RecordBatchBuilder(wanted);
	const document = new TokenDocument(wanted.text !== null);
	const isLast = span.end >= partsOf(file, opened);
	let cursor: ByteCursor | null = null;
	let next = { position: 0, number: 1 };
	try {
		for await (const ranges of opened.ranges(from, to))
			for (const { start, end, id } of ranges) {
				next = { position: start * width, number: next.number };
				// Told by the last span.
				if (end * width > file.size) break;
				cursor ??= new ByteCursor(storage, file, start * width);
				await cursor.skip(start * width - cursor.position);
				const tokens = end - start;
				if (tokens > LONGEST_DOCUMENT)
					batch.addBad(tooManyTokens(tokens), next);
				else {
					await cursor.fill(tokens * width);
					const bytes = cursor.take(tokens * width);
					document.add(idsOf(bytes, opened.type), hasOthers);
					document.addTo(batch, next, id);
				}
				next = { position: end * width, number: next.number + 1 };
				if (batch.bytes >= BATCH_BYTES || batch.records >= BATCH_DOCUMENTS)
					yield batch.take(next);
			}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		yield batch.take(next);
		throw error;
	} finally {
		await cursor?.close();
	}
	yield batch.take(next);
	const due = opened.tokens * width;
	if (isLast && due !== file.size)
		throw wrongSize(
			`the borders of its documents say that the file has ${opened.tokens} tokens, which come to ${due} bytes, and it has ${file.size}`,
		);
}

function partsOf({ size }: InputFile, { documents }: BorderedTokens): number {
	return Math.max(1, Math.min(documents, Math.ceil(size / PART_BYTES)));
}

/** Which documents are in a span of parts, counted from 0; `to` is not among them. */
function documentsOf(
	file: InputFile,
	opened: BorderedTokens,
	{ start, end }: Span,
): { from: number; to: number } {
	const parts = partsOf(file, opened);
	const before = (part: number) =>
		Math.floor((opened.documents * Math.min(part, parts)) / parts);
	return { from: before(start), to: before(end) };
}
