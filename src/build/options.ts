import { UsageError } from "../core/errors.js";
import { requireInteger, requireOneOf } from "../core/require.js";
import type {
	BucketSettings,
	OrderSettings,
	Settings,
} from "../dataset/settings.js";
import { storedColumns } from "../masks/columns.js";
import { type LossWeighting, lossWeightings } from "../masks/loss-weights.js";
import {
	checkMaskKind,
	isMaskForAll,
	type MaskKind,
} from "../masks/mask-kinds.js";
import { DEFAULT_COST } from "../pack/cost.js";
import { orders } from "../pack/order.js";
import { packerName } from "../pack/pack.js";
import { checkPackOptions, findStrategy } from "../pack/pack-documents.js";
import { LARGEST_CAPACITY } from "../pack/packing.js";
import { findTableFormat } from "../tables/tables.js";
import {
	type TokenizerEngine,
	tokenizerEngines,
} from "../tokenizer/from-json.js";
import type { SpecialToken, Tokenizer } from "../tokenizer/tokenizer.js";
import {
	type BucketOptions,
	bucketPacker,
	checkBucketOptions,
	checkLayout,
	resolveBuckets,
} from "./bucket-options.js";
import { rowsOfShards } from "./rows-of-shards.js";

export interface BuildOptions extends BucketOptions {
	/** Files, directories and glob patterns. */
	inputs: readonly string[];
	/** A tokenizer.json, or a directory that holds one. */
	tokenizer: string;
	/** `packed` (default), rows of several documents, or `buckets`, sequences by length. */
	layout?: "packed" | "buckets" | undefined;
	/** Of `packed`, where it must be given: tokens that a row can hold. */
	seqLen?: number | undefined;
	/** The directory to write: new, empty, or of an unfinished build. */
	out: string;

	/** `auto` (by the endings of the names), `jsonl` or `text`. */
	inputFormat?: string | undefined;
	/** Field of a record that holds its text; default `text`. */
	textField?: string | undefined;
	/** Field that holds its id; default `id`, where a record has one. */
	idField?: string | undefined;
	/** Which implementation tokenizes: `auto` (default), `fast` or `huggingface`. */
	tokenizerEngine?: TokenizerEngine | undefined;
	/** Begin each document with BOS; default no. */
	addBos?: boolean | undefined;
	/** End each document with EOS; default yes when the tokenizer has one. */
	addEos?: boolean | undefined;
	/** The token to use as BOS; default the tokenizer's own. */
	bosToken?: string | undefined;
	/** The token to use as EOS; default the tokenizer's own. */
	eosToken?: string | undefined;
	/** A name from `strategies`; default `best-fit-decreasing`, or `capped` with `maxSequences`. */
	packer?: string | undefined;
	/** What becomes of documents longer than a row: a name from `longDocuments`; default `split`. */
	longDocuments?: string | undefined;
	/** Sequences of fewer tokens are left out, and counted as `too-short`; default 1. */
	minSequence?: number | undefined;
	/** Most sequences of a row; default any number. */
	maxSequences?: number | undefined;
	/** Of the packer `streaming`: packs that are open at a time; default 64. */
	openPacks?: number | undefined;
	/** Pack sequences with the room of their length rounded up to a multiple; default 1. */
	padDocumentToMultiple?: number | undefined;
	/** Count padding up to a multiple of this, not up to the whole row. */
	padToMultiple?: number | undefined;
	/** `shuffled` (default), or `balanced`: the rows of a step cost nearly the same. */
	order?: string | undefined;
	/** Columns to storage besides the usual ones: names from `storedColumns`. */
	columns?: readonly string[] | undefined;
	/** Storage weights that make each label, or each document, count the same: `token`, `document`. */
	lossWeight?: LossWeighting | undefined;
	/** The mask that the rows are meant for, to be recorded; default causal. */
	mask?: MaskKind | undefined;
	/** Of `balanced`: rows of a step; default 8. */
	ranks?: number | undefined;
	/** Of `balanced`: rows that are shuffled together; default all of a window. */
	shuffleWindow?: number | undefined;
	/** Tokens that are packed together; default 2^26. */
	window?: number | undefined;
	/** Seed of the order of the rows; default 0. */
	seed?: number | undefined;
	/** `parquet` (default of `packed`) or `arrow` (default of `buckets`, which are read at random). */
	format?: string | undefined;
	/** Of Parquet: `snappy` (default), `zstd` or `none`. */
	compression?: string | undefined;
	/** Uncompressed input bytes of a task; default 1/64 of the input, from 8 to 256 MiB. */
	taskBytes?: number | undefined;
	/** Tokens that a shard is meant to have room for; default 2^26. */
	shardTokens?: number | undefined;

	/** Threads that build tasks; default one a core. 0 builds in the calling thread. */
	workers?: number | undefined;
	/** What to do with a record that cannot be used: `stop` (default) or `skip`. */
	onError?: "stop" | "skip" | undefined;
	/** Replace a dataset that was made from something else. */
	overwrite?: boolean | undefined;
	/** Aborts the build; what is done stays, and the same call goes on there. */
	signal?: AbortSignal | undefined;
	/** Told of how far the build is, several times a second. */
	onProgress?: ((progress: BuildProgress) => void) | undefined;
	/** Told of things worth knowing, as sentences. */
	onNotice?: ((notice: string) => void) | undefined;
}

export interface BuildProgress {
	/** Bytes of input read, of how many. */
	bytes: number;
	totalBytes: number;
	documents: number;
	tokens: number;
	/** Tasks done, of how many. */
	tasks: number;
	totalTasks: number;
}

const MIB = 2 ** 20;

/** Checks the options that can be checked before anything is read. */
export function checkOptions(options: BuildOptions): void {
	checkLayout(options);
	if (options.layout === "buckets") checkBucketOptions(options);
	else checkPackedOptions(options, options.seqLen as number);
	const { window, seed, taskBytes, shardTokens, workers } = options;
	requireInteger("window (--window)", window, 1, 2 ** 30);
	requireInteger("seed (--seed)", seed, 0, Number.MAX_SAFE_INTEGER);
	requireInteger("taskBytes (--task-size)", taskBytes, 1, 2 ** 50);
	requireInteger("shardTokens (--shard-tokens)", shardTokens, 1, 2 ** 40);
	requireInteger("workers (--workers)", workers, 0, 1024);
	if (options.onError !== undefined)
		requireOneOf("onError (--on-error)", options.onError, ["stop", "skip"]);
	if (options.tokenizerEngine !== undefined)
		requireOneOf(
			"tokenizerEngine (--tokenizer-engine)",
			options.tokenizerEngine,
			tokenizerEngines,
		);
	checkColumns(options);
	const format = findTableFormat(formatOf(options));
	if (options.compression !== undefined)
		requireOneOf(
			"compression (--compression)",
			options.compression,
			format.compressions,
		);
	if (options.out === "")
		throw new UsageError(
			"bad-option",
			"out (--out) is empty: name a directory.",
		);
}

function checkPackedOptions(options: BuildOptions, seqLen: number): void {
	requireInteger("seqLen (--seq-len)", seqLen, 1, LARGEST_CAPACITY);
	checkPackOptions(seqLen, options);
	requireInteger("openPacks (--open-packs)", options.openPacks, 1, 2 ** 20);
	requireInteger(
		"padToMultiple (--pad-to-multiple)",
		options.padToMultiple,
		1,
		seqLen,
	);
	checkOrder(options);
}

/** The settings that the options come to for this tokenizer and this much input. */
export function resolveSettings(
	options: BuildOptions,
	tokenizer: Tokenizer,
	inputBytes: number,
): Settings {
	const layout = options.layout ?? "packed";
	const format = formatOf(options);
	const shardTokens = options.shardTokens ?? 2 ** 26;
	const buckets =
		layout === "buckets" ? resolveBuckets(options, shardTokens) : null;
	const seqLen = options.seqLen ?? longestRow(buckets);
	const packer = buckets ? bucketPacker(options) : packerName(options);
	return {
		layout,
		seqLen,
		buckets,
		inputFormat: options.inputFormat ?? "auto",
		textField: options.textField ?? "text",
		idField: options.idField ?? null,
		bos: resolveSpecial("bos", options.addBos ?? false, options, tokenizer),
		eos: resolveSpecial("eos", options.addEos, options, tokenizer),
		packer,
		longDocuments:
			buckets === null && findStrategy(packer).cut === undefined
				? (options.longDocuments ?? "split")
				: null,
		minSequence: options.minSequence ?? 1,
		maxSequences: options.maxSequences ?? null,
		openPacks: options.openPacks ?? null,
		padDocumentToMultiple: options.padDocumentToMultiple ?? 1,
		padToMultiple: options.padToMultiple ?? null,
		order: resolveOrder(options),
		columns: [...new Set(options.columns ?? [])],
		lossWeight: options.lossWeight ?? null,
		mask: options.mask ?? { kind: "causal" },
		window: options.window ?? 2 ** 26,
		seed: options.seed ?? 0,
		format,
		compression: options.compression ?? findTableFormat(format).compressions[0],
		...rowsOfShards(seqLen, shardTokens),
		taskBytes:
			options.taskBytes ??
			clamp(Math.ceil(inputBytes / 64), 8 * MIB, 256 * MIB),
	};
}

function formatOf({ format, layout }: BuildOptions): string {
	return format ?? (layout === "buckets" ? "arrow" : "parquet");
}

function longestRow(settings: BucketSettings | null): number {
	const lengths = settings?.buckets.map(({ length }) => length) ?? [];
	return Math.max(...lengths) + Number(settings?.plusOne);
}

function checkOrder({ order, ranks, shuffleWindow }: BuildOptions): void {
	if (order !== undefined) requireOneOf("order (--order)", order, orders);
	requireInteger("ranks (--ranks)", ranks, 1, 2 ** 20);
	requireInteger("shuffleWindow (--shuffle-window)", shuffleWindow, 1, 2 ** 30);
	if (order === "balanced") return;
	for (const [flag, value] of [
		["--ranks", ranks],
		["--shuffle-window", shuffleWindow],
	] as const)
		if (value !== undefined)
			throw new UsageError(
				"bad-option",
				`${flag} is for --order balanced, and the order is shuffled: add the one or leave out the other.`,
			);
}

function checkColumns({ columns, lossWeight, mask }: BuildOptions): void {
	for (const column of columns ?? [])
		requireOneOf("columns (--columns)", column, storedColumns);
	if (lossWeight !== undefined)
		requireOneOf(
			"lossWeight (--loss-weight)",
			lossWeight,
			lossWeightings.names,
		);
	if (mask === undefined) return;
	checkMaskKind(mask);
	if (!isMaskForAll(mask))
		throw new UsageError(
			"bad-option",
			`the mask ${mask.kind} differs from sequence to sequence, and a dataset has one for all.`,
		);
}

function resolveOrder(options: BuildOptions): OrderSettings {
	if (options.order !== "balanced") return { name: "shuffled" };
	const { ranks = 8, shuffleWindow = null } = options;
	return { name: "balanced", ranks, shuffleWindow, ...DEFAULT_COST };
}

function resolveSpecial(
	kind: "bos" | "eos",
	add: boolean | undefined,
	options: BuildOptions,
	tokenizer: Tokenizer,
): number | null {
	const name = options[`${kind}Token`];
	if (add === false) return null;
	const special = name === undefined ? tokenizer[kind] : named(name, tokenizer);
	if (special === null && add === true)
		throw new UsageError(
			`no-${kind}`,
			`the tokenizer does not say which token is its ${kind.toUpperCase()}: name it with --${kind}-token, or leave out --add-${kind}.`,
		);
	return special === null ? null : special.id;
}

function named(token: string, tokenizer: Tokenizer): SpecialToken {
	const id = tokenizer.tokenToId(token);
	if (id === undefined)
		throw new UsageError(
			"unknown-token",
			`the tokenizer has no token ${JSON.stringify(token)}.`,
		);
	return { token, id };
}

function clamp(value: number, least: number, most: number): number {
	return Math.max(least, Math.min(most, value));
}
