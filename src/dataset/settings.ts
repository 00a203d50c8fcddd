import type { RemainderRule } from "../decompose/decompose-documents.js";
import type { LossWeighting } from "../masks/loss-weights.js";
import type { MaskKind } from "../masks/mask-kinds.js";

/** What determines the bytes of a dataset, besides the input and the tokenizer. */
export interface Settings {
	layout: "packed" | "buckets";
	/** Tokens that a row can hold; the longest one, in buckets. */
	seqLen: number;
	/** Of the layout `buckets`. */
	buckets: BucketSettings | null;
	inputFormat: string;
	textField: string;
	idField: string | null;
	/** Token ids put before and after each document's text; null for none. */
	bos: number | null;
	eos: number | null;
	packer: string;
	/** What becomes of documents longer than a row; null where the packer says. */
	longDocuments: string | null;
	/** Sequences of fewer tokens are left out. */
	minSequence: number;
	/** Most sequences of a row; null for any number. */
	maxSequences: number | null;
	/** Packs that are open at a time, for the packer `streaming`. */
	openPacks: number | null;
	/** Sequences take the room of their length rounded up to a multiple of this. */
	padDocumentToMultiple: number;
	/** What trainers pad a row's tokens to a multiple of; null: to the whole row. */
	padToMultiple: number | null;
	/** In what order rows are written. */
	order: OrderSettings;
	/** Columns besides the usual ones: names from `storedColumns`. */
	columns: string[];
	/** What the column `loss_weight` makes count the same; null: there is none. */
	lossWeight: LossWeighting | null;
	/** The mask that the rows are meant for; not stored token by token. */
	mask: MaskKind;
	/** Tokens that are packed together: a window closes once it holds as many. */
	window: number;
	seed: number;
	format: string;
	compression: string;
	/** Rows of a row group or record batch; rows of a shard. */
	batchRows: number;
	shardRows: number;
	/** Uncompressed input bytes that a task is meant to have. */
	taskBytes: number;
}

export interface BucketSettings {
	/** A name from `decomposers`. */
	decomposer: string;
	remainder: RemainderRule;
	/** Whether rows have a token more than their bucket's length, for shifted targets. */
	plusOne: boolean;
	/** Tokens that a sequence shares with the one before. */
	overlap: number;
	/** The buckets, the shortest first. */
	buckets: {
		length: number;
		/** Rows of a row group or record batch; rows of a shard. */
		batchRows: number;
		shardRows: number;
	}[];
}

export type OrderSettings =
	| { name: "shuffled" }
	| {
			name: "balanced";
			/** Rows of a step; rows that are shuffled together, null for all of a window. */
			ranks: number;
			shuffleWindow: number | null;
			/** What a token costs, and a square of a segment's length. */
			perToken: number;
			perSquare: number;
	  };
