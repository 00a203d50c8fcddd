import { PREFIX } from "../bpe-shape.js";
import type { Splitting } from "../compile-words.js";
import type { SplitLevel } from "../kernel-image.js";
import { MOST_LEVELS } from "../layout.js";
import { compileAutomaton } from "../split-automaton.js";
import type { KernelSplit, PreTokenizer } from "./pre-tokenizer.js";

/** How the kernel finds the words that a pre-tokenizer finds; null: it does not. */
export function splittingOf(
	preTokenizer: PreTokenizer | null,
): Splitting | null {
	const steps = preTokenizer === null ? [] : preTokenizer.kernel;
	if (steps === undefined) return null;
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

function levelsOf(steps: readonly KernelSplit[]): Splitting | null {
	if (steps.length > MOST_LEVELS) return null;
	const levels: SplitLevel[] = [];
	for (const step of steps) {
		if (step.by !== "pattern") return null;
		const automaton = compileAutomaton(step.pattern);
		if (!automaton?.isLinear) return null;
		levels.push({ automaton, dropsGaps: step.dropsGaps });
	}
	return { by: "levels", levels };
}
