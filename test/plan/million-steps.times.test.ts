import { statSync } from "node:fs";
import { join } from "node:path";
import { openBatches } from "seqpack";
import { beforeAll, expect, test } from "vitest";
import { allOf, builtFrom, rowsOfBuckets } from "../batches/datasets.js";
import { sharedDirectory, temporaryDirectory } from "../helpers.js";
import { planned } from "./planned.js";

const prose = join(sharedDirectory(), "prose");
beforeAll(() => builtFrom("prose", prose), 60_000);

test("a million steps take under 5 s and 40 MB", async () => {
	const out = join(temporaryDirectory(), "plan");
	const count = [...(await rowsOfBuckets(prose)).values()].flat().length;
	const began = performance.now();
	const { totals, steps } = await planned({
		datasets: [prose],
		out,
		schedule: "olmo-grow-p2",
		cycles: 8,
		tokensPerStep: 256,
		epochs: Math.ceil(1_000_000 / (count / 6)),
		buckets: [16, 32, 64, 128, 256],
	});
	expect(totals.steps).toBeGreaterThan(1_000_000);
	const perMillion = 1_000_000 / totals.steps;
	expect((performance.now() - began) * perMillion).toBeLessThan(5000);
	const bytes = statSync(join(out, steps.path)).size;
	expect(bytes * perMillion).toBeLessThan(40e6);
	const resumed = performance.now();
	const batches = await openBatches(out, { fromStep: 1_000_000, steps: 1 });
	expect((await allOf(batches))[0].step).toBe(1_000_000);
	expect(performance.now() - resumed).toBeLessThan(1000);
}, 30_000);
