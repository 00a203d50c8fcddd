import { UsageError } from "../core/errors.js";
import { type Resolved, resolveOptions } from "../core/option.js";
import { requireOneOf } from "../core/require.js";
import type { BucketSettings } from "../dataset/settings.js";
import { resolveDecomposer } from "../decompose/decomposer.js";
import { decomposers, decomposeTable } from "../decompose/decomposers.js";
import type { RemainderRule } from "../decompose/options.js";
import { packers } from "../pack/packers.js";
import { pickOptions } from "./pick-options.js";
import { rowsOfShards } from "./rows-of-shards.js";

/** Options of `build` for the layout `buckets`. */
export interface BucketOptions {
	/** A name from `decomposers`; default `binary`. */
	decomposer?: string | undefined;
	/** Of `nearest` and `whole`: lengths of the buckets, ascending. */
	buckets?: readonly number[] | undefined;
	/** Tokens of the shortest and of the longest bucket; default 256 and 8192. */
	minLength?: number | undefined;
	maxLength?: number | undefined;
	/** Of `binary`: rows have a token more than their bucket's length. */
	plusOne?: boolean | undefined;
	/** Of `fixed`: tokens that a sequence shares with the one before. */
	overlap?: number | undefined;
	/** What becomes of tokens that fill no bucket: `drop` (default), `keep` or `pack`. */
	remainder?: RemainderRule | undefined;
}

const FLAGS = {
	decomposer: "--decomposer",
	buckets: "--buckets",
	minLength: "--min-length",
	maxLength: "--max-length",
	plusOne: "--plus-one",
	overlap: "--overlap",
	remainder: "--remainder",
} as const;

/** Options of the layout `packed` that mean nothing where sequences are not packed. */
const PACKED_FLAGS = {
	seqLen: "--seq-len",
	longDocuments: "--long-documents",
	minSequence: "--min-sequence",
	maxSequences: "--max-sequences-per-pack",
	openPacks: "--open-packs",
	padDocumentToMultiple: "--pad-document-to-multiple",
	padToMultiple: "--pad-to-multiple",
	order: "--order",
	ranks: "--ranks",
	shuffleWindow: "--shuffle-window",
} as const;

/** @throws UsageError where options of the other layout are given, or `--seq-len` is not. */
export function checkLayout(
	options: BucketOptions & { layout?: string | undefined } & Partial<
			Record<keyof typeof PACKED_FLAGS, unknown>
		>,
): void {
	const { layout = "packed" } = options;
	requireOneOf("layout (--layout)", layout, ["packed", "buckets"]);
	const others = layout === "packed" ? FLAGS : PACKED_FLAGS;
	const given = options as Record<string, unknown>;
	for (const [name, flag] of Object.entries(others))
		if (given[name] !== undefined)
			throw new UsageError(
				"bad-option",
				layout === "packed"
					? `${flag} is for buckets: add --layout buckets, or leave it out.`
					: `${flag} is for packed rows, and the layout is buckets: leave it out${name === "seqLen" ? "; --max-length says how long the longest bucket is" : ""}.`,
			);
	if (layout === "packed" && options.seqLen === undefined)
		throw new UsageError(
			"bad-option",
			"say how many tokens a row holds: --seq-len, such as --seq-len 8192; or --layout buckets.",
		);
}

/** @throws UsageError for lengths and rules that cannot be. */
export function checkBucketOptions(
	options: BucketOptions & { packer?: string | undefined },
): void {
	const { remainder, packer } = options;
	const { decomposer } = decomposeValues(options);
	if (packer === undefined || packer === "padded") return;
	requireOneOf(
		"packer (--packer)",
		packer,
		packers.where(({ cuts }) => cuts === undefined),
	);
	if (decomposers.find(decomposer).fillsRows && remainder !== "pack")
		throw new UsageError(
			"bad-option",
			`--packer ${packer} has nothing to pack: the sequences of ${decomposer} fill their rows. It goes with --remainder pack, or --decomposer whole.`,
		);
}

/** The packer of the rows of a bucket: where nothing is to share a row, `padded`. */
export function bucketPacker({
	packer,
	remainder,
}: BucketOptions & { packer?: string | undefined }): string {
	return packer ?? (remainder === "pack" ? "best-fit-decreasing" : "padded");
}

export function resolveBuckets(
	options: BucketOptions,
	shardTokens: number,
): BucketSettings {
	const values = decomposeValues(options);
	const { decomposer, remainder, plusOne = false, overlap = 0 } = values;
	return {
		decomposer,
		remainder,
		plusOne,
		overlap,
		buckets: decomposers
			.find(decomposer)
			.lengths(values)
			.map((length) => ({
				length,
				...rowsOfShards(length + Number(plusOne), shardTokens),
			})),
	};
}

function decomposeValues(
	options: BucketOptions,
): Resolved<typeof decomposeTable> {
	const given = pickOptions(decomposeTable, options);
	const values = resolveOptions(decomposeTable, given);
	const decomposer = decomposers.find(values.decomposer);
	resolveDecomposer(decomposer, pickOptions(decomposer.options, options));
	return values;
}
