import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build, planBuild, runTasks } from "seqpack";
import { describe, expect, test } from "vitest";
import { contentsOf, filesBelow, temporaryDirectory } from "../helpers.js";
import { smallBuild, smallCorpus } from "./small-corpus.js";

/** A build of which all tasks are done and nothing is finalized, and what it comes to. */
async function halfDone(more: Partial<BuildOptions> = {}) {
	const corpus = smallCorpus(3);
	const out = join(temporaryDirectory(), "out");
	const options = smallBuild(corpus, out, more);
	const planned = await planBuild(options);
	const tasks = [...planned.plan.tasks.keys()];
	await runTasks(planned, tasks, { workers: 0 });
	const [name] = readdirSync(join(out, ".seqpack")).filter((each) =>
		/^[0-9a-f]{16}$/.test(each),
	);
	const state = join(out, ".seqpack", name);
	const notices: string[] = [];
	return {
		...{ corpus, out, options, tasks, state, notices },
		goOn: (workers = 0) =>
			build({
				...{ ...options, workers },
				onNotice: (notice) => notices.push(notice),
			}),
		async expected() {
			const other = mkdtempSync(join(tmpdir(), "seqpack-test-"));
			await build({ ...options, out: join(other, "out") });
			const contents = contentsOf(join(other, "out"));
			rmSync(other, { recursive: true });
			return contents;
		},
	};
}

const flip = (path: string, at = 0.6) => {
	const bytes = readFileSync(path);
	bytes[Math.floor(bytes.length * at)] ^= 1;
	writeFileSync(path, bytes);
};

describe("a task is run again where a byte is another one", () => {
	const dedupe = { dedupe: "exact", onError: "skip" } as const;
	test.each(["staged", "leftovers", "findings", "tasks"])(
		"of what is in %s",
		async (directory) => {
			const { state, out, goOn, tasks, notices, expected } =
				await halfDone(dedupe);
			const due = await expected();
			const found = filesBelow(join(state, directory));
			expect(found.length).toBeGreaterThan(0);
			for (const path of [found[0], found[found.length - 1]])
				flip(join(state, directory, path));
			const { tasksResumed } = await goOn();
			expect(tasksResumed).toBeLessThan(tasks.length);
			expect(tasksResumed).toBeGreaterThan(0);
			if (directory !== "tasks")
				expect(notices).toContainEqual(
					expect.stringMatching(
						/is not as it was written: what [12] of \d+ tasks left is damaged, and they are run again$/,
					),
				);
			expect(contentsOf(out)).toEqual(due);
			expect(existsSync(join(out, ".seqpack"))).toBe(false);
		},
	);

	test("of counts in its record", async () => {
		const { state, out, goOn, tasks, expected } = await halfDone();
		const path = join(state, "tasks/00000.json");
		const record = readFileSync(path, "utf8");
		const other = record.replace(
			/"documents":(\d)/,
			(_, n) => `"documents":${9 - n}`,
		);
		expect(other).not.toBe(record);
		writeFileSync(path, other);
		expect((await goOn()).tasksResumed).toBe(tasks.length - 1);
		expect(contentsOf(out)).toEqual(await expected());
	});
});

describe("tasks are run again where their input", () => {
	/** Of a size at which the middle is in no fingerprint. */
	const numbers = (word: string) =>
		Array.from(
			{ length: 6000 },
			(_, i) =>
				`${JSON.stringify({ text: `${i === 3000 ? word : "Number"} ${i}, and what comes of it.` })}\n`,
		).join("");

	test("was touched, though its bytes are the same", async () => {
		const { corpus, out, goOn, notices, expected } = await halfDone();
		utimesSync(corpus, 1_700_000_000, 1_700_000_000);
		expect((await goOn()).tasksResumed).toBe(0);
		expect(notices).toContainEqual(
			expect.stringMatching(
				/^inputs were changed or touched since an earlier run read them: \d+ of \d+ tasks are run again/,
			),
		);
		expect(contentsOf(out)).toEqual(await expected());
	});

	test("was changed in its middle, which its fingerprint does not tell", async () => {
		const corpus = join(temporaryDirectory(), "numbers.jsonl");
		writeFileSync(corpus, numbers("Number"));
		const { out, goOn, expected } = await halfDone({ inputs: [corpus] });
		const before = await expected();
		writeFileSync(corpus, numbers("Figure"));
		const after = await expected();
		expect(after).not.toEqual(before);
		await goOn();
		expect(contentsOf(out)).toEqual(after);
	});
});

test("what is kept is checked on threads as well", async () => {
	const { changedFiles } = await import("../../dist/src/build/check-files.js");
	const { sha256 } = await import("../../src/storage/hash.js");
	const directory = temporaryDirectory();
	const content = Buffer.alloc(48 << 20);
	const names = ["a", "b", "c", "d"].map((name) => join(directory, name));
	for (const name of names) {
		writeFileSync(name, "");
		// What is in no block is read as zeros.
		truncateSync(name, content.length);
	}
	writeFileSync(names[2], "one", { flag: "r+" });
	rmSync(names[3]);
	const files = names.map((name) => ({
		places: [`${name}-elsewhere`, name],
		...{ bytes: content.length, sha256: sha256(content) },
	}));
	for (const workers of [0, 2])
		expect(await changedFiles(files, workers)).toEqual(files.slice(2));
	const stopped = AbortSignal.abort();
	await expect(changedFiles(files, 2, stopped)).rejects.toMatchObject({
		code: "interrupted",
	});
});
