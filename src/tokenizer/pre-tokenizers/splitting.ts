import type { Splitting } from "../compile-words.js";
import type { SplitLevel } from "../kernel-image.js";
import { MOST_LEVELS } from "../layout.js";
import { PREFIX } from "../spaces.js";
import { automatonOf } from "../split-automaton.js";
import type { KernelSplit, PreTokenizer } from "./pre-tokenizer.js";

/** How the kernel finds the words that a pre-tokenizer finds; null: it does not. */
export function splittingOf(
	preTokenizer: PreTokenizer | null,
): Splitting | null {
	const steps = preTokenizer === null ? [] : stepsOf(preTokenizer);
	if (steps === null) return null;
	const last = steps.at(-1);
	if (last?.by !== "spaces") return levelsOf(steps);
	const { prefix, cuts } = last;
	if (steps.length === 1) return { by: "spaces", prefix, cuts };
	const [first] = steps;
	const isAfterWhiteSpace =
		steps.length === 2 && first.by === "pattern" && first.isWhiteSpace;
	return isAfterWhiteSpace && cuts && prefix === PREFIX.unlessSpace
		? { by: "white-space" }
		: null;
}

function stepsOf({
	parts,
	kernel,
}: PreTokenizer): readonly KernelSplit[] | null {
	if (parts === undefined) return kernel ?? null;
	const lists = parts.map(stepsOf);
	return lists.every((list) => list !== null) ? lists.flat() : null;
}

function levelsOf(steps: readonly KernelSplit[]): Splitting | null {
	if (steps.length > MOST_LEVELS) return null;
	const levels: SplitLevel[] = [];
	for (const step of steps) {
		if (step.by !== "pattern") return null;
		const automaton = automatonOf(step.pattern);
		if (automaton === null) return null;
		levels.push({ automaton, dropsGaps: step.dropsGaps });
	}
	return { by: "levels", levels };
}
