import type { RemainderRule } from "../decompose/decompose-documents.js";
import type { LossWeighting } from "../masks/loss-weights.js";
import type { MaskKind } from "../masks/mask-kind.js";
import type { Summary } from "./summary.js";
import type { Totals } from "./totals.js";

/** The name of the manifest in a dataset's directory. */
export const MANIFEST = "seqpack.json";

/** Raised when the layout of the manifest or of the dataset changes. */
export const FORMAT_VERSION = 1;

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
	/** Columns besides the usual ones: names from `maskColumns`. */
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

export interface ManifestFile {
	/** Path in the dataset's directory. */
	path: string;
	rows: number;
	bytes: number;
	sha256: string;
}

export interface ManifestShard extends ManifestFile {
	/** Sequences and tokens in the shard's rows. */
	sequences: number;
	tokens: number;
}

export interface Manifest {
	formatVersion: number;
	/** Version of seqpack that made the dataset. */
	seqpackVersion: string;
	/** Identifies input, settings and tokenizer together. */
	planHash: string;
	settings: Settings;
	onError: "stop" | "skip";
	tokenizer: {
		/** SHA-256 of tokenizer.json. */
		fingerprint: string;
		engine: string;
		vocabSize: number;
	};
	inputs: { source: string; bytes: number; fingerprint: string }[];
	tasks: number;
	/** Tasks numbered after those, whose shards hold what they left over. */
	remainderTasks: number;
	totals: Totals;
	/** What the totals come to. */
	summary: Summary;
	shards: ManifestShard[];
	index: ManifestFile[];
	/** The list of records that were passed over, where there are any. */
	skipped: ManifestFile | null;
}
