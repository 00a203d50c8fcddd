import { UsageError } from "../core/errors.js";
import { requireInteger } from "../core/require.js";
import { shareOfCycle } from "./cycles.js";
import type { Schedule, ScheduleOptions } from "./schedule.js";

const ENDS = [
	"minDifficulty",
	"maxDifficulty",
	"totalCurriculumStep",
	"difficultyStep",
] as const;

/**
 * Sequence-length warm-up as DeepSpeed's curriculum has it: the length is a function
 * of the step. A step takes the longest bucket of at most that length; where there is
 * none left, the shortest that is left, so that all data is used.
 */
export const fixedRoot: Schedule = {
	takes: [...ENDS, "rootDegree"],
	...followed(rootLength),
	check(options, lengths) {
		checkEnds(options, lengths);
		const { rootDegree = 2 } = options;
		if (!(rootDegree > 0))
			throw new UsageError(
				"bad-option",
				`rootDegree (--root-degree) is ${rootDegree}: give a number above 0.`,
			);
	},
};

/** The same with a degree of 1. */
export const fixedLinear: Schedule = {
	takes: ENDS,
	...followed((step, steps, lengths, options) =>
		rootLength(step, steps, lengths, { ...options, rootDegree: 1 }),
	),
	check: checkEnds,
};

/** The same with a list of lengths, and the last step of each. */
export const fixedDiscrete: Schedule = {
	takes: ["difficulty", "maxStep"],
	...followed((step, _steps, _lengths, { difficulty = [], maxStep = [] }) => {
		const place = maxStep.findIndex((last) => step + 1 <= last);
		return difficulty[place === -1 ? difficulty.length - 1 : place];
	}),
	check({ difficulty = [], maxStep = [] }) {
		for (const length of difficulty)
			requireInteger("a length of difficulty (--difficulty)", length, 1);
		for (const [i, step] of maxStep.entries())
			requireInteger(
				"a step of maxStep (--max-step)",
				step,
				i === 0 ? 1 : maxStep[i - 1] + 1,
			);
		if (difficulty.length !== maxStep.length + 1)
			throw new UsageError(
				"bad-option",
				`fixed-discrete has ${difficulty.length} lengths (--difficulty) and ${maxStep.length} steps (--max-step): give a step for each length but the last.`,
			);
	},
};

function checkEnds(options: ScheduleOptions, lengths: readonly number[]): void {
	requireInteger(
		"totalCurriculumStep (--total-curriculum-step)",
		options.totalCurriculumStep,
		1,
	);
	requireInteger(
		"difficultyStep (--difficulty-step)",
		options.difficultyStep,
		1,
	);
	const { least, most } = endsOf(options, lengths);
	requireInteger("minDifficulty (--min-difficulty)", least, 1);
	requireInteger("maxDifficulty (--max-difficulty)", most, least);
}

function endsOf(options: ScheduleOptions, lengths: readonly number[]) {
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
	options: ScheduleOptions,
): number {
	const { least, most } = endsOf(options, lengths);
	const {
		totalCurriculumStep = steps,
		difficultyStep = 8,
		rootDegree = 2,
	} = options;
	const share = ((step + 1) / totalCurriculumStep) ** (1 / rootDegree);
	const length = Math.floor(share * (most - least) + least);
	return Math.min(length - (length % difficultyStep), most);
}

function followed(
	lengthAt: NonNullable<Schedule["lengthAt"]>,
): Pick<Schedule, "lengthAt" | "order"> {
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
					const due = lengthAt(step, total, lengths, options);
					let bucket = -1;
					for (const [b, length] of lengths.entries())
						if (left[b] > 0 && (bucket === -1 || length <= due)) bucket = b;
					order[at++] = bucket;
					left[bucket]--;
				}
			}
			return order;
		},
	};
}
