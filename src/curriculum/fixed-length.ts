import { optionName, UsageError } from "../core/errors.js";
import {
	integer,
	integers,
	number,
	type OptionTable,
	type Resolved,
	required,
} from "../core/option.js";
import { shareOfCycle } from "./cycles.js";
import type { Schedule } from "./schedule.js";

// Sequence-length warm-up as DeepSpeed's curriculum has it: the length is a function
// of the step. A step takes the longest bucket of at most that length; where there is
// none left, the shortest that is left, so that all data is used.

const linearOptions = {
	minDifficulty: integer({
		help: "tokens of the sequences at first",
		defaultText: "the shortest bucket",
		least: 1,
	}),
	maxDifficulty: integer({
		help: "tokens of the sequences once they are fully grown",
		defaultText: "the longest bucket",
		least: 1,
	}),
	totalCurriculumStep: integer({
		help: "step of a cycle at which sequences are fully grown",
		defaultText: "the last",
		least: 1,
	}),
	difficultyStep: integer({
		help: "lengths are rounded down to multiples of this",
		default: 8,
		least: 1,
	}),
};

const rootOptions = {
	...linearOptions,
	rootDegree: number({ help: "degree of the root", default: 2 }),
};

const discreteOptions = {
	difficulty: required(
		integers({ help: "lengths, one after the other", least: 1 }),
	),
	maxStep: required(
		integers({
			help: "last step of each length in a cycle, counted from 1, without that of the last length",
			least: 1,
		}),
	),
};

export const fixedLinear: Schedule<typeof linearOptions> = {
	meaning: "DeepSpeed's warm-up: the length grows in proportion to the step",
	options: linearOptions,
	...byLength<typeof linearOptions>((step, steps, lengths, options) =>
		rootLength(step, steps, lengths, { ...options, rootDegree: 1 }),
	),
	check: checkEnds,
};

export const fixedRoot: Schedule<typeof rootOptions> = {
	meaning: "DeepSpeed's warm-up: the length grows with a root of the step",
	options: rootOptions,
	...byLength<typeof rootOptions>(rootLength),
	check(options, lengths) {
		checkEnds(options, lengths);
		if (options.rootDegree <= 0)
			throw new UsageError(
				"bad-option",
				`${optionName("rootDegree")} is ${options.rootDegree}: give a number above 0.`,
			);
	},
};

export const fixedDiscrete: Schedule<typeof discreteOptions> = {
	meaning: "DeepSpeed's warm-up: lengths from a list, each up to a step",
	options: discreteOptions,
	...byLength<typeof discreteOptions>(
		(step, _steps, _lengths, { difficulty, maxStep }) => {
			const place = maxStep.findIndex((last) => step + 1 <= last);
			return difficulty[place === -1 ? difficulty.length - 1 : place];
		},
	),
	check({ difficulty, maxStep }) {
		for (const [i, step] of maxStep.entries())
			if (i > 0 && step <= maxStep[i - 1])
				throw new UsageError(
					"bad-option",
					`a step in ${optionName("maxStep")} is ${step}, after ${maxStep[i - 1]}: give each a larger number than the one before.`,
				);
		if (difficulty.length !== maxStep.length + 1)
			throw new UsageError(
				"bad-option",
				`there are ${difficulty.length} lengths in ${optionName("difficulty")} and ${maxStep.length} steps in ${optionName("maxStep")}: give a step for each length but the last.`,
			);
	},
};

function checkEnds(
	options: Resolved<typeof linearOptions>,
	lengths: readonly number[],
): void {
	const { least, most } = endsOf(options, lengths);
	if (most < least)
		throw new UsageError(
			"bad-option",
			`${optionName("maxDifficulty")} is ${most}, less than ${optionName("minDifficulty")}, ${least}: give at least that.`,
		);
}

function endsOf(
	options: Resolved<typeof linearOptions>,
	lengths: readonly number[],
) {
	return {
		least: options.minDifficulty ?? lengths[0],
		most: options.maxDifficulty ?? lengths[lengths.length - 1],
	};
}

/** DeepSpeed counts steps from 1. */
function rootLength(
	step: number,
	steps: number,
	lengths: readonly number[],
	options: Resolved<typeof rootOptions>,
): number {
	const { least, most } = endsOf(options, lengths);
	const { totalCurriculumStep = steps, difficultyStep, rootDegree } = options;
	const share = ((step + 1) / totalCurriculumStep) ** (1 / rootDegree);
	const length = Math.floor(share * (most - least) + least);
	return Math.min(length - (length % difficultyStep), most);
}

function byLength<T extends OptionTable>(
	lengthAt: NonNullable<Schedule<T>["lengthAt"]>,
): Pick<Schedule<T>, "lengthAt" | "order"> {
	return {
		lengthAt,
		order(steps, lengths, options) {
			const { cycles } = options;
			const order = new Uint16Array(steps.reduce((sum, n) => sum + n, 0));
			let at = 0;
			for (let cycle = 0; cycle < cycles; cycle++) {
				const left = steps.map((n) => shareOfCycle(n, cycles, cycle));
				const total = left.reduce((sum, n) => sum + n, 0);
				for (let step = 0; step < total; step++) {
					const longest = lengthAt(step, total, lengths, options);
					let bucket = -1;
					for (const [b, length] of lengths.entries())
						if (left[b] > 0 && (bucket === -1 || length <= longest)) bucket = b;
					order[at++] = bucket;
					left[bucket]--;
				}
			}
			return order;
		},
	};
}
