import {
	cpSync,
	existsSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CurriculumOptions, openBatches, planCurriculum } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { planCurriculum as planHere } from "../../src/plan/make-plan.js";
import { allOf, builtFrom, rowsOf } from "../batches/datasets.js";
import {
	contentsOf,
	everything,
	sharedDirectory,
	startSeqpack,
	temporaryDirectory,
} from "../helpers.js";
import { Death, MortalFiles } from "../storage/mortal-files.js";

const shared = sharedDirectory();
const dataset = join(shared, "dataset");
const store = join(shared, "store");

beforeAll(async () => {
	await builtFrom("prose", dataset, { shardTokens: 2 ** 26 });
	await builtFrom("scripts", store, {
		layout: "documents",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
	});
}, 60_000);

const first = { datasets: [dataset], tokensPerStep: 1024, seed: 1 };
const second = { ...first, seed: 2, epochs: 2 };
const documents = {
	datasets: [store],
	order: "documents",
	chunk: 128,
	tokensPerStep: 1024,
} as const;

/** The tokens of all steps of a plan. */
async function stepsOf(plan: string) {
	const batches = await openBatches(plan, {
		readAhead: 0,
		datasets: [dataset],
	});
	return (await allOf(batches)).map((batch) => rowsOf(batch));
}

describe.each([
	["new", false],
	["in the place of another", true],
])("a plan that is %s", (_, overwrite) => {
	test.each([
		["rows", second],
		["documents in order", documents],
	])(
		"of %s, killed before any change, is made by the same call",
		async (_, second) => {
			const files = new MortalFiles();
			const directory = temporaryDirectory();
			const out = join(directory, "plan");
			const plan = (options: typeof first | typeof documents) =>
				planHere({ ...options, out: files.url(out), overwrite });
			await plan(first);
			const old = join(directory, "old");
			cpSync(out, old, { recursive: true });
			const oldSteps = await stepsOf(old);
			if (!overwrite) rmSync(out, { recursive: true });
			files.log.length = 0;
			await plan(second);
			const deeds = files.log.length;
			const expected = contentsOf(out);
			expect(deeds).toBeGreaterThan(10);
			for (let end = 0; end < deeds; end += everything ? 1 : 3) {
				rmSync(out, { recursive: true });
				if (overwrite) cpSync(old, out, { recursive: true });
				files.end = files.deeds + end;
				await plan(second).catch((error) =>
					expect(error).toBeInstanceOf(Death),
				);
				files.revive(join(out, ".seqpack/lock"));
				const isMade =
					existsSync(join(out, "curriculum.json")) &&
					contentsOf(out)["curriculum.json"] === expected["curriculum.json"];
				if (overwrite && !isMade) expect(await stepsOf(out)).toEqual(oldSteps);
				if (isMade)
					expect(
						await openBatches(out, { datasets: second.datasets }),
					).toBeTruthy();
				await plan(second).catch((error) => {
					// It was made, down to its last byte.
					expect(isMade && !overwrite).toBe(true);
					expect(error.message).toMatch(/holds a plan already/);
				});
				expect(contentsOf(out), `killed before ${end}`).toEqual(expected);
				expect(existsSync(join(out, ".seqpack"))).toBe(false);
			}
		},
	);

	test("of a command that is killed, is made by the same command", async () => {
		const out = join(temporaryDirectory(), "plan");
		const again: CurriculumOptions = { ...second, epochs: 40, out, overwrite };
		const expected = join(temporaryDirectory(), "plan");
		await planCurriculum({ ...again, out: expected, overwrite: false });
		if (overwrite) await planCurriculum({ ...first, out });
		const old = overwrite ? await stepsOf(out) : [];
		const args = [
			...["curriculum", dataset, "--tokens-per-step", "1024", "--seed", "2"],
			...["--epochs", "40", "--out", out],
			...(overwrite ? ["--overwrite"] : []),
		];
		for (const seen of [".seqpack", ".seqpack/work"]) {
			const { child, exit } = startSeqpack(args);
			while (!existsSync(join(out, seen)) && child.exitCode === null)
				await sleep(1);
			child.kill("SIGKILL");
			expect((await exit).signal).toBe("SIGKILL");
			if (overwrite) expect(await stepsOf(out)).toEqual(old);
		}
		await planCurriculum(again);
		const steps = (directory: string) => {
			const { planHash, datasets, ...plan } = JSON.parse(
				readFileSync(join(directory, "curriculum.json"), "utf8"),
			);
			return plan;
		};
		expect(steps(out)).toEqual(steps(expected));
		expect(Object.keys(contentsOf(out)).sort()).toEqual([
			"curriculum.json",
			steps(out).steps.path,
		]);
	});
});

test("what is in a plan's directory that is not the plan's is left alone", async () => {
	const out = join(temporaryDirectory(), "plan");
	await planCurriculum({ ...first, out });
	const plan = join(out, "curriculum.json");
	const content = readFileSync(plan, "utf8");
	writeFileSync(join(out, "notes"), "years of work");
	// A plan that claims it.
	const claim = JSON.parse(content);
	claim.steps.path = "notes";
	writeFileSync(plan, JSON.stringify(claim));
	await expect(
		planCurriculum({ ...second, out, overwrite: true }),
	).rejects.toMatchObject({
		code: "output-in-use",
		message: expect.stringMatching(/holds other things, such as notes/),
	});
	expect(readFileSync(join(out, "notes"), "utf8")).toBe("years of work");
});

test("two plans are not made in one directory at once", async () => {
	const out = join(temporaryDirectory(), "plan");
	const results = await Promise.allSettled([
		planCurriculum({ ...first, out }),
		planCurriculum({ ...first, out }),
	]);
	expect(results.map(({ status }) => status).sort()).toEqual([
		"fulfilled",
		"rejected",
	]);
	expect(results.find(({ status }) => status === "rejected")).toMatchObject({
		reason: { code: "in-use" },
	});
	expect((await stepsOf(out)).length).toBeGreaterThan(10);
});
