import { LARGEST_CAPACITY } from "../core/capacity.js";
import { optionName } from "../core/errors.js";
import {
	choice,
	flag,
	integer,
	integers,
	type OptionValues,
	required,
	share,
} from "../core/option.js";

// Options that several decomposers have.

/** A bucket's rows may have a token more than its length. */
const LONGEST = LARGEST_CAPACITY - 1;

/** What becomes of tokens that a decomposer leaves: dropped, a row of their own, or rows that they share. */
export const remainderRules = ["drop", "keep", "pack"] as const;
export type RemainderRule = (typeof remainderRules)[number];

export const minLength = integer({
	least: 1,
	most: LONGEST,
	defaultFrom: (_, given) => givenBuckets(given)?.[0] ?? 256,
	defaultText: "256",
	help: "tokens of the shortest bucket, a power of two",
});

export const maxLength = integer({
	least: 1,
	most: LONGEST,
	defaultFrom: (_, given) => givenBuckets(given)?.at(-1) ?? 8192,
	defaultText: "8192",
	help: "tokens of the longest bucket, a power of two except with fixed",
});

export const buckets = integers({
	least: 1,
	defaultText: `powers of two from ${optionName("minLength")} to ${optionName("maxLength")}`,
	help: "lengths of the buckets, ascending, such as 300,1000,3000",
});

export const plusOne = flag({
	default: false,
	help: "make rows one token longer than their bucket, for shifted targets",
});

export const remainder = choice(remainderRules, {
	default: "drop",
	help: "tokens that fill no bucket: drop them, keep them in rows of their own, or pack them together",
});

/** Tokens of the longest sequence, where documents are cut for one length of rows. */
export const rowLength = required(
	integer({
		least: 1,
		most: LARGEST_CAPACITY,
		help: "tokens of the longest sequence",
	}),
);

/** The share of rows that are cut to a random length. */
export const randomLength = share({
	help: "the share of rows, such as 0.01, to end at a random length up to the full row; what follows begins the next row",
	defaultText: "none",
});

/** Tokens of the longest sequence, where rows may hold several. */
export const maxSequence = integer({
	least: 1,
	most: LARGEST_CAPACITY,
	defaultText: "a row's",
	help: "most tokens of a sequence, if fewer than a row's: longer documents are cut, and a row holds several sequences",
});

export const minSequence = integer({
	least: 1,
	default: 1,
	help: "leave out sequences with fewer tokens than this",
});

/** Defaults are found before `buckets` is checked. */
function givenBuckets({ buckets }: OptionValues): number[] | undefined {
	return Array.isArray(buckets) ? buckets : undefined;
}
