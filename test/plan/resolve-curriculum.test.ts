import { describe, expect, test } from "vitest";
import type { UsageError } from "../../src/core/errors.js";
import { schedules } from "../../src/curriculum/schedules.js";
import { stageTable } from "../../src/curriculum/stage-options.js";
import type { CurriculumOptions } from "../../src/options/curriculum.js";
import { resolveCurriculum } from "../../src/plan/resolve-curriculum.js";
import { requiredOptions } from "../curriculum/required-options.js";

function resolved(options: Partial<CurriculumOptions> = {}) {
	const needed = { datasets: ["data"], out: "plan", tokensPerStep: 1024 };
	return resolveCurriculum({ ...needed, ...options });
}

const lengths = [16, 32, 64];

test("a stage has what it says, and else what is said for all, and else defaults", () => {
	const { stages, seed, worldSize } = resolved({
		schedule: "grow-p2",
		cycles: 3,
		maxLength: 64,
		seed: 5,
		stages: [{}, { schedule: "natural", cycles: 2 }, { maxLength: 32 }],
	});
	expect({ seed, worldSize }).toEqual({ seed: 5, worldSize: 1 });
	const rest = { firstLongest: false, maxLength: 64 };
	expect(stages).toEqual([
		{ ...rest, schedule: "grow-p2", cycles: 3 },
		{ ...rest, schedule: "natural", cycles: 2 },
		{ ...rest, schedule: "grow-p2", cycles: 3, maxLength: 32 },
	]);
});

test("of weights for all stages and those of a stage, the stage's are meant, whether they change or not", () => {
	const weightsAt = [[0, [1, 2]]] as const;
	const still = resolved({ weightsAt, stages: [{}, { weights: [3, 4] }] });
	expect(still.stages.map(({ weights }) => weights)).toEqual([
		undefined,
		[3, 4],
	]);
	expect(still.stages.map((stage) => stage.weightsAt)).toEqual([
		weightsAt,
		undefined,
	]);
	const moving = resolved({ weights: [3, 4], stages: [{}, { weightsAt }] });
	expect(moving.stages.map(({ weights }) => weights)).toEqual([
		[3, 4],
		undefined,
	]);
});

test.each(schedules.names)(
	"%s: what it needs may be said for all or in the stage, and is of no use to others",
	(schedule) => {
		const options = requiredOptions(schedule, lengths);
		const [stage] = resolved({ schedule, ...options }).stages;
		expect(stage).toMatchObject({ schedule, ...options });
		const staged = resolved({ ...options, stages: [{}, { schedule }] }).stages;
		expect(staged[1]).toEqual(stage);
		for (const name of Object.keys(options))
			expect(Object.hasOwn(staged[0], name)).toBe(false);
		const inStage = resolved({ stages: [{ schedule, ...options }] }).stages;
		expect(inStage).toEqual([stage]);
		// All that is known of a stage can be written down and read again.
		expect(JSON.parse(JSON.stringify(stage))).toEqual(stage);
		for (const name of Object.keys(stage))
			expect(Object.hasOwn(stageTable, name)).toBe(true);
	},
);

describe("errors have one code for one mistake, and name the option", () => {
	test.each<[Partial<CurriculumOptions>, string, string[], RegExp]>([
		[{ cycels: 2 } as object, "unknown-option", ["cycles"], /"cycels"/],
		[{ schedule: "odds" }, "missing-option", ["odds"], /odds is missing/],
		[{ seed: -1 }, "bad-option", ["seed"], /seed is -1/],
		[{ weights: "1" as never }, "bad-option", ["weights"], /list of numbers/],
		[{ match: "all" as never }, "unknown-name", ["match"], /sample, repeat/],
		[{ datasets: [] }, "bad-option", ["datasets"], /datasets is empty/],
		[
			{ balanced: true },
			"ignored-option",
			["balanced", "schedule", "schedule"],
			/balanced would change nothing/,
		],
		[
			{ batches: "token-budget", cycles: 2 },
			"ignored-option",
			["cycles", "batches"],
			/cycles would change nothing: batches is token-budget/,
		],
		[
			{ weights: [1], weightsAt: [[0, [1]]] },
			"ignored-option",
			["weights", "weightsAt"],
			/weights would change nothing: weightsAt says the shares/,
		],
		[
			{ weightsBy: "tokens" },
			"ignored-option",
			["weightsBy", "weightsAt"],
			/weightsBy would change nothing: it is for weightsAt/,
		],
		[
			{ batches: "token-budget", weightsAt: [[0, [1]]] },
			"ignored-option",
			["weightsAt", "batches"],
			/at which step a row comes is known only once/,
		],
		[
			{ stages: [{}, { schedule: "odds" }] },
			"missing-option",
			[],
			/^stage 2: "odds" is missing/,
		],
		[{ stages: [1 as never] }, "bad-option", ["stages"], /number 1/],
	])("%j", (options, code, names, sentence) => {
		let error: UsageError | undefined;
		try {
			resolved(options);
		} catch (thrown) {
			error = thrown as UsageError;
		}
		expect(error?.message).toMatch(sentence);
		expect(error?.code).toBe(code);
		expect(error?.options).toEqual(names);
	});
});
