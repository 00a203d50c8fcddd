import type { LossWeighting } from "../masks/loss-weights.js";
import type { MaskKind } from "../masks/mask-kinds.js";

/** The name of a registry's entry, and what it was told. */
export interface Chosen {
	name: string;
	[option: string]: unknown;
}

/** What determines the bytes of a dataset, besides the input and the tokenizer. */
export interface Settings {
	/** A name from `layouts`. */
	layout: string;
	inputFormat: string;
	/** Values of the options that input formats have, by name: those that are given. */
	inputOptions: Readonly<Record<string, unknown>>;
	/** Fields of records that hold text and id; null: those of the format. */
	textField: string | null;
	idField: string | null;
	/** Token ids put before and after each document's text; null for none. */
	bos: number | null;
	eos: number | null;
	/** How documents become sequences, and which are kept: an entry of `cuts`, and `minSequence`. */
	cut: Chosen;
	/** How sequences share rows: an entry of `packers`. */
	packer: Chosen;
	/** Sequences take the room of their length rounded up to a multiple of this. */
	padDocumentToMultiple: number;
	/** What trainers pad a row's tokens to a multiple of; null: to the whole row. */
	padToMultiple: number | null;
	/** In what order rows are written: an entry of `orders`. */
	order: Chosen;
	/** The kinds of rows, the shortest first; rows of one capacity are one bucket. */
	buckets: BucketSettings[];
	/** Stored columns besides those that are always there, as `columns` names them. */
	columns: string[];
	/** What the column `loss_weight` makes count the same; null where there is none. */
	lossWeight: LossWeighting | null;
	/** The mask that the rows are meant for; not stored token by token. */
	mask: MaskKind;
	/** Tokens that are packed together: a window closes once it holds as many. */
	window: number;
	seed: number;
	/** A name from `formats`, and one of its compressions. */
	format: string;
	compression: string;
	/** Uncompressed input bytes that a task is meant to have. */
	taskSize: number;
}

/** The rows of one length. */
export interface BucketSettings {
	/** Tokens that trainers see of a row, by which the bucket is known. */
	length: number;
	/** Tokens that a row can hold: the length, or one more for shifted targets. */
	capacity: number;
	/** Where its shards are, below the dataset's directory. */
	directory: string;
	/** Rows of a row group or record batch; rows of a shard. */
	batchRows: number;
	shardRows: number;
}

/** Tokens of the longest row. */
export function longestCapacity({
	buckets,
}: Pick<Settings, "buckets">): number {
	return buckets[buckets.length - 1].capacity;
}
