import type { AuditKind } from "./kind.js";
import type { Comparison } from "./source/comparison.js";

/** What checks know besides rows. */
export interface AuditContext {
	kind: AuditKind;
	/** Null where it is not known, as below. */
	vocabSize: number | null;
	bos: number | null;
	eos: number | null;
	/** Whether the tokenizer by itself begins a text with BOS. */
	addsBos: boolean;
	/** The corpus that the dataset is said to be made of. */
	corpus: Comparison | null;
	/** Where a row of a file is, for people. */
	placeOf(shard: number, number: number): string;
}

/** What a check may need, and the options that give it. */
export const needs = {
	vocabulary: ["tokenizer"],
	bos: ["tokenizer"],
	eos: ["tokenizer", "eosId"],
	corpus: ["source"],
} as const;

export type Need = keyof typeof needs;

/** Whether what a check may need is known. */
export const isKnown: Readonly<
	Record<Need, (context: AuditContext) => boolean>
> = {
	vocabulary: ({ vocabSize }) => vocabSize !== null,
	bos: ({ bos }) => bos !== null,
	eos: ({ eos }) => eos !== null,
	corpus: ({ corpus }) => corpus !== null,
};
