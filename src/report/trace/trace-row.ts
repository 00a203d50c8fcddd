import { UsageError } from "../../core/errors.js";
import { counted } from "../../core/number-texts.js";
import { resolveOptions } from "../../core/resolve-options.js";
import { withoutSlashes } from "../../core/text.js";
import { hasTurns, type SourceSettings } from "../../dataset/settings.js";
import { type TraceOptions, traceTable } from "../../options/trace.js";
import type { ComposedPart } from "../../recipes/composed.js";
import { type FoundDocument, findDocuments } from "./find-documents.js";
import type { FoundPlace, NotFound } from "./find-record.js";
import { type DatasetEncoders, openEncoders } from "./open-encoders.js";
import { type OpenedRow, openRow } from "./open-row.js";
import { beginsWith, placeTokens, textOfTokens } from "./place-tokens.js";
import { type FoundRecord, RecordTexts } from "./record-texts.js";
import {
	type Characters,
	charactersOf,
	lineOf,
	type PlacedText,
} from "./text-places.js";

/** Parts of a document that are not found and are told of, each with why. */
const MOST_NOTES = 3;

/** Where the tokens of a row came from. */
export interface RowTrace {
	row: number;
	tokens: number;
	segments: TracedSegment[];
	/** The token that was asked for; null: none was. */
	token: TracedToken | null;
}

/** Where a record is. */
export interface TracedRecord {
	/** The file as the output calls it, and where the record is there: its byte when uncompressed, or its row. */
	source: string;
	position: number;
	/** The file as it was found, and the record's line, or what else its format counts; null: it was not found. */
	path: string | null;
	line: number | null;
	/** As messages have it: `corpus.jsonl:12`. */
	place: string | null;
}

/** A segment of a row, and its document. */
export interface TracedSegment extends TracedRecord {
	/** Its number in the row, and its first and last token there. */
	segment: number;
	first: number;
	last: number;
	/** The document's id in the dataset, in decimal digits, the one that the input gave, and the name of its source. */
	docId: string;
	document: string | null;
	sourceName: string | null;
	/** The token of the document that it begins at, of how many. */
	documentToken: number;
	documentTokens: number;
	/** The characters of the document's text that it stands for; null: they are not known, or there are none. */
	characters: Characters | null;
	/** Of a composed document, the records that it is made of; those that the segment is of, where that is known. */
	parts: TracedPart[] | null;
	/** What is not known, and why, as sentences without a full stop. */
	notes: string[];
}

/** A record that a composed document is made of. */
export interface TracedPart extends TracedRecord {
	id: string | null;
	role: string | null;
	/** Where what it gave is in the document's text, in characters. */
	characters: Characters | null;
}

/** A token of a row. */
export interface TracedToken {
	/** Its number in the row, its id, and the text that it is decoded to; null: there is no tokenizer. */
	token: number;
	id: number;
	text: string | null;
	/** The number of its segment, and its own in the document. */
	segment: number;
	documentToken: number;
	/** The characters of the document's text that it stands for, and the line of that text, from 1; null: they are not known. */
	characters: Characters | null;
	textLine: number | null;
	/** Of a composed document, the number of the part among those of the segment, and its characters from the part's first; null: none, or not known. */
	part: { part: number; characters: Characters } | null;
}

/**
 * Tells from which documents, files, lines and characters the tokens of a row came. The index tells
 * files and positions; lines want the inputs of the build, characters its tokenizer. The document is then
 * tokenized again, as the build did it, and compared with the row. Of a file that is gone or changed, and of composed
 * documents, the text is what the dataset's own tokens say, where tokenizing it gives these again.
 * @param directory A dataset, a store, or a packing of one.
 * @param row Counted over the shards in the manifest's order, or over those of `bucket` and `split`.
 * @throws UsageError `no-row`, `no-token`, `no-index`, `other-tokenizer`; DataError `bad-index`
 */
export async function traceRow(
	directory: string,
	row: number,
	options: TraceOptions = {},
): Promise<RowTrace> {
	const values = resolveOptions(traceTable, options);
	const { token, bucket, split, source, tokenizer, chatTemplate } = values;
	const opened = await openRow(withoutSlashes(directory), row, {
		bucket,
		split,
	});
	const { ids, lengths, documents } = opened;
	if (token !== undefined && token >= ids.length)
		throw new UsageError(
			"no-token",
			`row ${row} of ${directory} has no token ${token}: it has ${counted(ids.length, "token")}, numbered from 0.`,
		);
	const encoders = await openEncoders(
		directory,
		opened.manifest,
		tokenizer,
		chatTemplate,
	);
	const found = await findDocuments(opened, documents);
	const tracer = new Tracer(
		opened,
		encoders,
		new RecordTexts(opened.manifest, source, encoders),
	);
	const segments: TracedSegment[] = [];
	let traced: TracedToken | null = null;
	let first = 0;
	for (const [i, length] of lengths.entries()) {
		const document = found.get(documents[i]) as FoundDocument;
		const holds =
			token !== undefined && first <= token && token < first + length;
		const { segment, ...of } = await tracer.segment(
			i,
			first,
			document,
			holds ? token : null,
		);
		segments.push(segment);
		traced = of.token ?? traced;
		first += length;
	}
	return { row, tokens: ids.length, segments, token: traced };
}

class Tracer {
	readonly #row: OpenedRow;
	readonly #encoders: DatasetEncoders | null;
	readonly #records: RecordTexts;
	/** Records of documents that have several segments in the row. */
	readonly #known = new Map<bigint, Promise<FoundRecord | NotFound>>();

	constructor(
		row: OpenedRow,
		encoders: DatasetEncoders | null,
		records: RecordTexts,
	) {
		this.#row = row;
		this.#encoders = encoders;
		this.#records = records;
	}

	/** @param token Of the row, in this segment; null: none is asked for. */
	async segment(
		number: number,
		first: number,
		document: FoundDocument,
		token: number | null,
	): Promise<{ segment: TracedSegment; token: TracedToken | null }> {
		const { ids, lengths, documents, offsets } = this.#row;
		const length = lengths[number];
		const offset = offsets[number];
		const record = await this.#recordOf(documents[number], document);
		const notes = "why" in record ? [record.why] : [];
		const text = await this.#textOf(number, first, document, record, notes);
		const charactersIn = (from: number, to: number) =>
			text && charactersOf(text, from, to);
		const characters = charactersIn(offset, offset + length);
		// What a template writes around messages is in no part's count.
		const tellsParts = !hasTurns(this.#sourceOf(document));
		const parts =
			document.parts &&
			(await this.#partsOf(
				document.parts,
				document.sourceName,
				tellsParts ? characters : null,
				notes,
			));
		const segment: TracedSegment = {
			...{ segment: number, first, last: first + length - 1 },
			docId: String(documents[number]),
			document: document.id,
			sourceName: document.sourceName,
			...placed(document, record),
			documentToken: offset,
			documentTokens: document.tokens,
			...{ characters, parts, notes },
		};
		if (token === null) return { segment, token: null };
		const documentToken = offset + token - first;
		const own = charactersIn(documentToken, documentToken + 1);
		const { tokenizer } = this.#encoders ?? {};
		return {
			segment,
			token: {
				...{ token, id: ids[token] },
				text: tokenizer?.decode([ids[token]]) ?? null,
				...{ segment: number, documentToken, characters: own },
				textLine: text && own && lineOf(text, own),
				part: own && tellsParts ? partAt(parts ?? [], own) : null,
			},
		};
	}

	#sourceOf({ sourceName }: FoundDocument): SourceSettings {
		const { sources } = this.#row.manifest.settings;
		return sources.find(({ name }) => name === sourceName) ?? sources[0];
	}

	#recordOf(
		id: bigint,
		document: FoundDocument,
	): Promise<FoundRecord | NotFound> {
		const known = this.#known.get(id) ?? this.#records.of(document);
		this.#known.set(id, known);
		return known;
	}

	/** The text of a segment's document, at least up to the segment's end; null: it is not known, which is noted. */
	async #textOf(
		number: number,
		first: number,
		document: FoundDocument,
		record: FoundRecord | NotFound,
		notes: string[],
	): Promise<PlacedText | null> {
		if (this.#encoders === null) {
			notes.push(
				"characters are not known: the tokenizer was not given (tokenizer)",
			);
			return null;
		}
		const { ids, lengths, offsets, manifest } = this.#row;
		const of = manifest.settings.sources.indexOf(this.#sourceOf(document));
		const encoder = this.#encoders.encoders[of];
		if (encoder.tokenizer.takesIds) {
			notes.push("its documents are token ids, which have no characters");
			return null;
		}
		const own = ids.subarray(first, first + lengths[number]);
		if (!("why" in record)) {
			const { documents } = record;
			// The one that the index means comes first.
			const order = [...documents.keys()].sort(
				(a, b) => Number(b === document.before) - Number(a === document.before),
			);
			for (const i of order) {
				const { text, sides } = documents[i];
				const placed = placeTokens(text, sides, encoder);
				if (placed === null) {
					notes.push(
						"characters are not known: this tokenizer does not say where its tokens end",
					);
					return null;
				}
				if (beginsWith(placed.ids, own, offsets[number])) return placed;
			}
			notes.push(
				`its characters are not known: the record at ${record.place} gives other tokens than the row has`,
			);
			return null;
		}
		const before = await this.#row.documentTokens(number, document.tokens);
		const text = before && textOfTokens(before, encoder);
		if (text === null)
			notes.push(
				before === null
					? "its characters are not known: it begins in another row"
					: "its characters are not known: its text does not follow exactly from its tokens",
			);
		return text;
	}

	async #partsOf(
		parts: readonly ComposedPart[],
		sourceName: string | null,
		characters: Characters | null,
		notes: string[],
	): Promise<TracedPart[]> {
		const own = characters
			? parts.filter(
					({ offset, length }) =>
						offset <= characters.last && characters.first < offset + length,
				)
			: parts;
		const traced: TracedPart[] = [];
		const missing = new Set<string>();
		for (const part of own) {
			const { source, position, offset, length, id = null, role = null } = part;
			const record = await this.#records.ofPart(part, sourceName);
			if (record !== null && "why" in record) missing.add(record.why);
			traced.push({
				...placed({ source, position }, record),
				...{ id, role },
				characters:
					length === 0 ? null : { first: offset, last: offset + length - 1 },
			});
		}
		notes.push(...[...missing].slice(0, MOST_NOTES));
		if (missing.size > MOST_NOTES)
			notes.push(
				`${missing.size - MOST_NOTES} more of its parts were not found`,
			);
		return traced;
	}
}

/** Where a record is, as far as it was found. */
function placed(
	{ source, position }: { source: string; position: number },
	record: FoundPlace | NotFound | null,
): TracedRecord {
	if (record === null || "why" in record)
		return { source, position, path: null, line: null, place: null };
	const { path, line, place } = record;
	return { source, position, path, line, place };
}

/** The part that characters begin in. */
function partAt(
	parts: readonly TracedPart[],
	{ first, last }: Characters,
): TracedToken["part"] {
	const part = parts.findIndex(
		({ characters }) =>
			characters !== null &&
			characters.first <= first &&
			first <= characters.last,
	);
	const begin = parts[part]?.characters?.first ?? 0;
	return part === -1
		? null
		: { part, characters: { first: first - begin, last: last - begin } };
}
