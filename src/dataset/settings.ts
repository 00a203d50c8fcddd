import { type CutName, cuts } from "../decompose/cuts.js";
import type { StrataSettings } from "../documents/strata/strata-settings.js";
import type { TakeSettings } from "../documents/take-settings.js";
import { areCutAnywhere } from "../documents/units/unit-settings.js";
import type { ColumnOptions } from "../masks/column-options.js";
import type { LossWeighting } from "../masks/loss-weights.js";
import type { MaskKind } from "../masks/mask-kinds.js";
import type { RowGroup } from "./row-groups.js";

/** The name of a registry's entry, and what it was told. */
export interface Chosen {
	name: string;
	[option: string]: unknown;
}

/** How the records of one source are read. */
export interface SourceSettings extends TakeSettings {
	/** What the dataset calls it; null where there is one source, without a name. */
	name: string | null;
	inputFormat: string;
	/** Values of the options that input formats have, by name: those that are given. */
	inputOptions: Readonly<Record<string, unknown>>;
	/** How many documents are taken, the first ones; null for all. */
	limit: number | null;
	/** How often its documents come: 1.5 is all of them once, and half of them again. */
	repeat: number;
	/** SHA-256 of the recipe and the input that its records are composed of; left out: they are read as they are. */
	composed?: string;
}

/** Whether the documents of a source may be cut between their turns alone. */
export function hasTurns({ conversations }: SourceSettings): boolean {
	return conversations !== null;
}

/** Whether documents of a source may be cut at some places alone: between turns, or units of text. */
export function hasCuts(source: SourceSettings): boolean {
	const { segment } = source;
	return (
		hasTurns(source) || (segment !== undefined && !areCutAnywhere(segment))
	);
}

/** How documents of a source become sequences. */
export function cutOfSource(
	{ cut, cutTurns }: Pick<Settings, "cut" | "cutTurns">,
	source: SourceSettings,
): Chosen {
	return hasTurns(source) && cutTurns !== null ? cutTurns : cut;
}

/** Whether several sequences of a document of a source may be in one row. */
export function mayShareRows(
	settings: Pick<Settings, "cut" | "cutTurns" | "buckets">,
	source: SourceSettings,
): boolean {
	const { name, maxLength } = cutOfSource(settings, source);
	return (
		cuts.find(name as CutName).mayShareRows === true ||
		Number(maxLength) < longestCapacity(settings)
	);
}

/** Whether documents of a source come with what is to be trained on of them. */
export function hasMask({ tokens, lossFrom }: SourceSettings): boolean {
	return (tokens !== null && tokens.mask !== null) || lossFrom !== undefined;
}

/** How conversations become texts. */
export interface ChatSettings {
	/** SHA-256 over the tokenizer's chat templates, and the name of the one asked for; null: what the conversation wants. */
	templates: string;
	template: string | null;
	date: string | null;
	values: Readonly<Record<string, unknown>>;
}

/** What determines the bytes of a dataset, besides the input and the tokenizer. */
export interface Settings {
	sources: SourceSettings[];
	/** How conversations become texts; null where there are none. */
	chat: ChatSettings | null;
	/** Whether documents with a text that came before are left out. */
	dedupe: boolean;
	/** The share of documents that is held out, or from 1 on their number; chosen by their hashes; null for none. */
	validation: number | null;
	/** How documents are told apart by their lengths; left out: they are not. */
	strata?: StrataSettings;
	/** A name from `layouts`. */
	layout: string;
	/** Token ids put before and after each document's text; null for none. */
	bos: number | null;
	eos: number | null;
	/** What special tokens are that stand in texts; left out: tokens. */
	specialTokensInText?: "keep" | "text" | "error";
	/** How documents become sequences, and which are kept: an entry of `cuts`, and `minSequence`. */
	cut: Chosen;
	/** The same of documents that may be cut between their turns alone; null where there is none. */
	cutTurns: Chosen | null;
	/** Whether each sequence of such a document begins with what is before its first turn. */
	keepSystem: boolean;
	/** Whether some tokens are not to be trained on. */
	isMasked: boolean;
	/** How sequences share rows: an entry of `packers`. */
	packer: Chosen;
	/** Sequences take the room of their length rounded up to a multiple of this. */
	padDocumentToMultiple: number;
	/** What trainers pad a row's tokens to a multiple of; null: to the whole row. */
	padToMultiple: number | null;
	/** In what order rows are written: an entry of `orders`. */
	order: Chosen;
	/**
	 * The kinds of rows, the shortest first; rows of one capacity are one bucket. Where strata
	 * are kept apart, each in its turn has buckets of these lengths; and where documents are
	 * held out, each split.
	 */
	buckets: BucketSettings[];
	/** Stored columns besides those that are always there, as `columns` names them. */
	columns: string[];
	/** What columns are told that need to be; left out: none does. */
	columnOptions?: ColumnOptions;
	/** The trainer that the rows are for: a name from `trainers`; left out: none is named. */
	trainer?: string;
	/** Whether loss_mask, labels and loss_weight have each value with the token before. */
	shift?: boolean;
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
	/** Fields of records that go with every sequence, by their columns' names; left out: none does. */
	carry?: readonly string[];
	/** Whether rows say which tokens they hold, and have none: those are in a store. */
	isIndex?: boolean;
}

/** The rows of one length, of one split, and where strata are kept apart of one stratum. */
export interface BucketSettings extends RowGroup {
	/** Tokens that trainers see of a row, by which the bucket is known. */
	length: number;
	/** Tokens that a row can hold: the length, or one more for shifted targets. */
	capacity: number;
	/** Where its shards are, below the dataset's directory. */
	directory: string;
	/** Rows of a row group or record batch; rows of a shard. */
	batchRows: number;
	shardRows: number;
	/** A shard also ends with the batch in which it has so many tokens; left out: its rows are alike. */
	shardTokens?: number;
}

/** Tokens of the longest row. */
export function longestCapacity({
	buckets,
}: Pick<Settings, "buckets">): number {
	return buckets[buckets.length - 1].capacity;
}
