import { VALIDATION } from "../splits.js";

/** What nanoGPT and llm.c call a split. */
export function shortSplitName(split: string): string {
	return split === VALIDATION ? "val" : split;
}
