import { optionName, UsageError } from "../../core/errors.js";
import { readBytes } from "../bytes/bytes.js";
import type { WantedFields } from "../records/fields.js";
import { RecordBatchBuilder } from "../records/record-batch.js";
import type {
	BadInput,
	InputFile,
	Place,
	ReadableStorage,
	RecordBatch,
	SourceFormat,
	Span,
} from "../source.js";
import { TokenDocument } from "./token-document.js";
import { idsOf, type TokenType, tokenTypes } from "./token-type.js";

/** A file of tokens that one id alone parts into documents. */
export interface TokenStream {
	/** The byte that the first token begins at. */
	offset: number;
	type: TokenType;
	/** How many tokens there are. */
	tokens: number;
	/** What is wrong with the size of the file; null: nothing is. */
	fault: BadInput | null;
}

/** How the borders of a stream's documents are found. */
export interface EosBorders {
	/** Whether the id begins each document; else it ends it. */
	begins: boolean;
	stream(storage: ReadableStorage, file: InputFile): Promise<TokenStream>;
}

/** What a format has in common with others whose documents are parted by an id alone. */
export function partedByEos(
	borders: EosBorders,
): Pick<SourceFormat, "divide" | "numbersBefore" | "read"> {
	return {
		async divide(_storage, file) {
			eosOf(file);
			return { anywhere: file.size };
		},
		async numbersBefore(storage, file, { start }) {
			const span = { start: 0, end: start };
			const none = { text: null, id: ["id"], values: [] };
			let numbers = 0;
			if (start > 0)
				for await (const batch of readByEos(storage, file, span, none, borders))
					numbers = batch.next.number - 1;
			return numbers;
		},
		read: (storage, file, span, wanted) =>
			readByEos(storage, file, span, wanted, borders),
	};
}

/**
 * What is said of files whose borders are guessed.
 * @throws UsageError `missing-option`
 */
export function eosNotice(file: InputFile): string {
	return `its documents are told by the token ${eosOf(file)} alone, which may stand within one, too`;
}

function eosOf({ path, options }: InputFile): number {
	const eos = options?.eosId;
	if (typeof eos !== "number")
		throw new UsageError(
			"missing-option",
			`${optionName("eosId")} is missing: ${path} does not say where its documents begin, so give the id of the token between them.`,
		);
	return eos;
}

/** The documents whose first token begins in a span of bytes. */
async function* readByEos(
	storage: ReadableStorage,
	file: InputFile,
	span: Span,
	wanted: WantedFields,
	{ begins, stream }: EosBorders,
): AsyncGenerator<RecordBatch> {
	const { offset, type, tokens, fault } = await stream(storage, file);
	const eos = eosOf(file);
	const { width, hasOthers } = tokenTypes[type];
	const tokenAt = (byte: number) =>
		Math.max(0, Math.min(tokens, Math.ceil((byte - offset) / width)));
	const first = tokenAt(span.start);
	const end = tokenAt(span.end);
	const batch = new RecordBatchBuilder(wanted);
	const document = new TokenDocument(wanted.text !== null);
	const placeOf = (token: number) => offset + width * token;
	/** The first token of the document that is being read; null: none is. */
	let open: number | null = first === 0 && end > 0 ? 0 : null;
	let number = 1;
	let isDone = first >= end;
	/** The number of the next token that is read. */
	let next = begins ? first : Math.max(0, first - 1);
	const place = (): Place => ({
		position: placeOf(open ?? Math.min(next, end)),
		number,
	});
	/** A document begins at a token, or at the end, and the one before ends. */
	const border = (token: number) => {
		if (open === token) return;
		if (open !== null) {
			document.addTo(batch, place(), null);
			number++;
		}
		open = token >= first && token < end ? token : null;
		isDone = token >= end;
	};
	let carried: Buffer = Buffer.alloc(0);
	const pieces = isDone
		? []
		: readBytes(storage, file, placeOf(next), placeOf(end));
	for await (const piece of pieces) {
		const bytes: Buffer =
			carried.length === 0 ? piece : Buffer.concat([carried, piece]);
		const count = Math.min(Math.floor(bytes.length / width), tokens - next);
		carried = bytes.subarray(count * width);
		const ids = idsOf(bytes.subarray(0, count * width), type);
		let cursor = 0;
		for (
			let found = ids.indexOf(eos);
			found !== -1 && !isDone;
			found = ids.indexOf(eos, found + 1)
		) {
			const at = begins ? found : found + 1;
			if (open !== null) document.add(ids.subarray(cursor, at), hasOthers);
			cursor = at;
			border(next + at);
		}
		if (open !== null) document.add(ids.subarray(cursor), hasOthers);
		next += count;
		if (open === null && next >= end) isDone = true;
		if (batch.records > 0) yield batch.take(place());
		if (isDone || next >= tokens) break;
	}
	if (open !== null) border(tokens);
	yield batch.take(place());
	if (fault !== null && span.end >= file.size) throw fault;
}
