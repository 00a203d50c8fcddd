import { expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { planSteps } from "../../src/curriculum/plan-steps.js";
import { schedules } from "../../src/curriculum/schedules.js";

const buckets = [
	{ length: 256, rows: 64 },
	{ length: 512, rows: 33 },
];

test("the steps are those that the schedule orders", () => {
	const options = { tokensPerStep: 1024, schedule: "grow-p2" } as const;
	const { order, buckets: planned } = planSteps(buckets, options, 7);
	expect(planned.map(({ steps, leftRows }) => [steps, leftRows])).toEqual([
		[16, 0],
		[16, 1],
	]);
	const due = schedules
		.find("grow-p2")
		.order([16, 16], [256, 512], { cycles: 1 }, createRandom(7, 0));
	expect(order).toEqual(due);
	expect(planSteps(buckets, options)).not.toEqual({ order, buckets: planned });
});

test("what cannot be is told", () => {
	expect(() => planSteps(buckets, { tokensPerStep: 1000 })).toThrow(
		"a step of 1000 tokens",
	);
	expect(() =>
		planSteps(buckets, { tokensPerStep: 1024, worldSize: 3 }),
	).toThrow("3 ranks");
	// The data is sound: what is to be mended is the command.
	expect(() => planSteps(buckets, { tokensPerStep: 65_536 })).toThrow(
		expect.objectContaining({ code: "small-bucket", exitCode: 2 }),
	);
});
