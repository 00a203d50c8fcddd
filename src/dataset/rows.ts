import {
	Float32Buffer,
	Int32Buffer,
	Int64Buffer,
	Uint8Buffer,
} from "../core/buffers.js";
import { type IntLists, listAt } from "../core/int-lists.js";
import { countLabels, type TokenBatch } from "../core/token-batch.js";
import type { Pieces } from "../decompose/pieces.js";
import type {
	ColumnBuffers,
	ColumnSettings,
	Column as RowColumn,
	RowColumnType,
} from "../masks/column.js";
import { columnsOfRows, rowColumn } from "../masks/columns.js";
import { labelsOfDocuments } from "../masks/loss-weights.js";
import {
	eachFact,
	factNames,
	type SequenceFacts,
} from "../masks/sequence-facts.js";
import type { Packing } from "../pack/packing.js";
import type { Column, ColumnBatch, Schema } from "../tables/columns.js";
import { factsOfPieces } from "./sequence-facts.js";

/** Rows with the columns that they are made of, and no others. */
const PLAIN: ColumnSettings = {
	columns: [],
	lossWeight: null,
	isMasked: false,
	padDocumentToMultiple: 1,
};

/** The columns of a packed row with these settings: see `columns` of masks. */
export function rowSchema(settings: Partial<ColumnSettings>): Schema {
	return columnsOfRows({ ...PLAIN, ...settings }).map((name) => ({
		name,
		type: rowColumn(name).type,
	}));
}

/**
 * The columns of a packed row where no others are asked for. A row holds real tokens
 * only: its sequences back to back, without padding.
 */
export const packedSchema: Schema = rowSchema(PLAIN);

/** Of some runs of tokens the document's task, its number there, and its token that each begins at. */
export interface DocumentPlaces {
	task: Int32Array;
	number: Int32Array;
	start: Int32Array;
}

/** What some documents were made into, on lengths alone. */
export interface PackedWindow {
	/** The tokens of the documents, or of pieces of documents; of an index the borders alone. */
	documents: TokenBatch;
	/** Which document of the dataset each is. */
	doc: DocumentPlaces;
	/** The sequences, as pieces of the documents. */
	pieces: Pieces;
	/** Of each sequence. */
	facts: SequenceFacts;
	/** Which sequences share a row. */
	packing: Packing;
	/** Where sequences are nodes of trees of prefixes; left out: they are not. */
	paths?: TreePaths;
}

/** What of documents of the dataset is in trees of prefixes. */
export interface TreePaths extends DocumentPlaces {
	/** Which of these end at each node. */
	ending: IntLists;
}

/**
 * The window of whole documents that follow one another in a task.
 * @param firstDocument Number of the first in the task; default 0, of task 0.
 */
export function packedWindow({
	task = 0,
	firstDocument = 0,
	...window
}: Pick<PackedWindow, "documents" | "pieces" | "packing"> & {
	task?: number;
	firstDocument?: number;
}): PackedWindow {
	const count = window.documents.offsets.length - 1;
	const number = new Int32Array(count);
	for (let i = 0; i < count; i++) number[i] = firstDocument + i;
	return {
		...window,
		doc: {
			task: new Int32Array(count).fill(task),
			number,
			start: new Int32Array(count),
		},
		facts: factsOfPieces(
			window.pieces,
			labelsOfDocuments(window.documents, window.pieces),
		),
	};
}

/**
 * A document's id in a dataset: task * 2^32 + its number in the task, which is
 * its row in the task's index file.
 */
export function documentId(task: number, number: number): bigint {
	return (BigInt(task) << 32n) | BigInt(number);
}

export function taskOfDocument(id: bigint): number {
	return Number(id >> 32n);
}

export function numberOfDocument(id: bigint): number {
	return Number(id & 0xffffffffn);
}

/** Gathers packed rows into batches: the one place where tokens are copied to a column. */
export class RowBuffer {
	/** Rows held now, their tokens and labels. */
	rows = 0;
	tokens = 0;
	labels = 0;
	readonly #settings: ColumnSettings;
	readonly #inputIds = new Int32Buffer(1 << 16);
	readonly #seqLengths = new Int32Buffer();
	readonly #docIds = new Int64Buffer();
	readonly #docOffsets = new Int32Buffer();
	/** Of each document of trees of prefixes. */
	readonly #pathDocIds = new Int64Buffer();
	readonly #pathDocOffsets = new Int32Buffer();
	readonly #pathNodes = new Int32Buffer();
	/** Of each sequence; no columns, but what some are made of. */
	readonly #factNames: readonly string[];
	readonly #facts: Record<string, Int32Buffer>;
	/** What of the row that was added last is to be trained on. */
	readonly #trained = new Uint8Buffer();
	/** The weights of its tokens, where they are given. */
	readonly #weights = new Float32Buffer();
	/** The columns that rows have, in their order, and those that the others are made into. */
	readonly #columns: GatheredColumn[];
	readonly #made: GatheredColumn[];
	readonly #offsets = {
		token: new Int32Buffer(),
		sequence: new Int32Buffer(),
		border: new Int32Buffer(),
		path: new Int32Buffer(),
	} satisfies Record<Exclude<RowColumn["entries"], "chunk">, Int32Buffer>;

	constructor(settings: ColumnSettings = PLAIN) {
		this.#settings = settings;
		this.#factNames = factNames(settings);
		this.#facts = eachFact(this.#factNames, () => new Int32Buffer());
		const given: Record<string, AnyBuffer> = {
			input_ids: this.#inputIds,
			seq_lengths: this.#seqLengths,
			doc_ids: this.#docIds,
			doc_offsets: this.#docOffsets,
			path_doc_ids: this.#pathDocIds,
			path_doc_offsets: this.#pathDocOffsets,
			path_nodes: this.#pathNodes,
		};
		this.#columns = columnsOfRows(settings).map((name) => {
			const column = rowColumn(name);
			const { entries } = column;
			return {
				name,
				column,
				values: given[name] ?? newBuffer(column.type),
				offsets:
					entries === "chunk" ? new Int32Buffer() : this.#offsets[entries],
			};
		});
		this.#made = this.#columns.filter(({ column }) => column.stored);
		this.clear();
	}

	/** Sequences held now. */
	get sequences(): number {
		return this.#seqLengths.length;
	}

	/** Adds a pack of the window as a row. */
	add(window: PackedWindow, pack: number): void {
		const { documents, doc, pieces, packing } = window;
		const { order, packOffsets } = packing;
		const firstToken = this.#inputIds.length;
		const firstSequence = this.#seqLengths.length;
		this.#trained.length = 0;
		this.#weights.length = 0;
		const begin = packOffsets[pack];
		const end = packOffsets[pack + 1];
		this.#seqLengths.reserve(end - begin);
		this.#docOffsets.reserve(end - begin);
		const lengths = this.#seqLengths.array;
		const starts = this.#docOffsets.array;
		let tokens = 0;
		for (let at = begin, to = firstSequence; at < end; at++, to++) {
			const piece = order[at];
			const document = pieces.document[piece];
			const start = pieces.start[piece];
			const length = pieces.length[piece];
			tokens += length;
			lengths[to] = length;
			starts[to] = doc.start[document] + start;
			this.#docIds.push(doc.task[document], doc.number[document]);
		}
		this.#seqLengths.length += end - begin;
		this.#docOffsets.length += end - begin;
		this.tokens += tokens;
		// An index of what is all to be trained on does not look for tokens.
		if (window.paths !== undefined) this.#addPaths(window, window.paths, pack);
		else if (this.#settings.isIndex && !documents.lossMask)
			this.labels += tokens - (end - begin);
		else
			for (let at = begin; at < end; at++)
				this.#addTokens(window, packing.order[at]);
		if (this.#made.length > 0) {
			for (const name of this.#factNames)
				for (let at = begin; at < end; at++)
					this.#facts[name].push(window.facts[name][order[at]]);
			this.#make(firstToken, firstSequence);
		}
		this.rows++;
		this.#offsets.token.push(this.tokens);
		this.#offsets.sequence.push(this.#seqLengths.length);
		this.#offsets.border.push(this.#seqLengths.length + this.rows);
		this.#offsets.path.push(this.#pathNodes.length);
	}

	/** Adds the documents of the trees of a pack, and its labels: of an index, which has no tokens. */
	#addPaths(
		{ facts, packing: { order, packOffsets } }: PackedWindow,
		{ ending, task, number, start }: TreePaths,
		pack: number,
	): void {
		const begin = packOffsets[pack];
		for (let at = begin; at < packOffsets[pack + 1]; at++) {
			this.labels += facts.node_labels[order[at]];
			for (const path of listAt(ending, order[at])) {
				this.#pathDocIds.push(task[path], number[path]);
				this.#pathDocOffsets.push(start[path]);
				this.#pathNodes.push(at - begin);
			}
		}
	}

	/** Adds the tokens of a sequence, what of them is to be trained on, and its labels. */
	#addTokens({ documents, pieces }: PackedWindow, piece: number): void {
		const document = pieces.document[piece];
		const length = pieces.length[piece];
		const from = documents.offsets[document] + pieces.start[piece];
		if (!this.#settings.isIndex)
			this.#inputIds.append(documents.ids.subarray(from, from + length));
		if (documents.lossMask)
			this.#trained.append(documents.lossMask.subarray(from, from + length));
		if (documents.lossWeights)
			this.#weights.append(documents.lossWeights.subarray(from, from + length));
		this.labels += countLabels(documents, from, length);
	}

	/** The rows so far: views, valid until the buffer is written to again. */
	batch(): ColumnBatch {
		const batch: Record<string, Column> = {};
		for (const { name, column, values, offsets } of this.#columns)
			batch[name] = {
				type: column.type,
				values: values.view(),
				offsets: offsets.view(),
			} as Column;
		return { rows: this.rows, columns: batch };
	}

	/** Empties the buffer and keeps its memory. */
	clear(): void {
		this.rows = 0;
		this.tokens = 0;
		this.labels = 0;
		for (const name of this.#factNames) this.#facts[name].length = 0;
		for (const { values } of this.#columns) values.length = 0;
		const ofColumns = this.#columns.map(({ offsets }) => offsets);
		for (const offsets of new Set([
			...Object.values(this.#offsets),
			...ofColumns,
		])) {
			offsets.length = 0;
			offsets.push(0);
		}
	}

	/** Lets others use the memory: no batch may be in use, and nothing can be added. */
	free(): void {
		for (const { values } of this.#columns) values.free();
	}

	/** Makes the values of the row that was added last. */
	#make(firstToken: number, firstSequence: number): void {
		const row = {
			ids: this.#inputIds.view().subarray(firstToken),
			seqLengths: this.#seqLengths.view().subarray(firstSequence),
			facts: eachFact(this.#factNames, (name) =>
				this.#facts[name].view().subarray(firstSequence),
			),
			lossMask: this.#settings.isMasked ? this.#trained.view() : null,
			lossWeights: this.#weights.length > 0 ? this.#weights.view() : null,
		};
		for (const { column, values, offsets } of this.#made) {
			column.stored?.(row, values as never, this.#settings);
			if (column.entries === "chunk") offsets.push(values.length);
		}
	}
}

interface GatheredColumn {
	name: string;
	column: RowColumn;
	values: AnyBuffer;
	offsets: Int32Buffer;
}

type AnyBuffer = ColumnBuffers[RowColumnType];

/** An empty buffer for the values of a column. */
export function newBuffer(type: RowColumnType): AnyBuffer {
	return new BUFFERS[type]();
}

const BUFFERS: Record<RowColumnType, new () => AnyBuffer> = {
	"list<int32>": Int32Buffer,
	"list<int64>": Int64Buffer,
	"list<float32>": Float32Buffer,
};

/**
 * Packed rows as batches of up to `batchRows` rows, packs in the order given.
 * Each batch is valid until the next one is asked for.
 */
export function* packedRows(
	window: PackedWindow,
	order: Int32Array,
	batchRows: number,
	settings: ColumnSettings = PLAIN,
): Generator<ColumnBatch> {
	const buffer = new RowBuffer(settings);
	for (const pack of order) {
		buffer.add(window, pack);
		if (buffer.rows === batchRows) {
			yield buffer.batch();
			buffer.clear();
		}
	}
	if (buffer.rows > 0) yield buffer.batch();
}
