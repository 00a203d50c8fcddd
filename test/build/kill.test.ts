import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions } from "seqpack";
import { beforeAll, expect, test } from "vitest";
import { openDataset } from "../../src/dataset/open-dataset.js";
import { build } from "../../src/engines/build.js";
import { verify } from "../../src/report/verify/verify.js";
import {
	contentsOf,
	everything,
	sharedDirectory,
	temporaryDirectory,
} from "../helpers.js";
import { Death, MortalFiles } from "../storage/mortal-files.js";
import { smallBuild, smallCorpus } from "./small-corpus.js";

/** Three datasets of one corpus, of two formats. */
const settings: Record<string, Partial<BuildOptions>> = {
	first: { seed: 1, format: "arrow" },
	second: { seed: 2, format: "parquet" },
	third: { seed: 3, format: "arrow", packer: "best-fit-decreasing" },
};

interface Dataset {
	out: string;
	manifest: string;
	contents: Record<string, string>;
	rows: number;
}

interface Builds {
	corpus: string;
	files: MortalFiles;
	out: string;
	/** The dataset of each of the settings, built in a directory of its own. */
	datasets: Record<string, Dataset>;
	run(
		name: string,
		more?: Partial<BuildOptions>,
	): Promise<"built" | "already-built">;
	/** Runs a build that ends before its change of a number. */
	kill(name: string, end: number, more?: Partial<BuildOptions>): Promise<void>;
	/** How many changes a build makes, and which is the first of the end, once all tasks are done. */
	count(
		name: string,
		more?: Partial<BuildOptions>,
	): Promise<{ deeds: number; finalize: number }>;
}

const shared = sharedDirectory();
const datasets: Builds["datasets"] = {};
beforeAll(async () => {
	for (const [name, more] of Object.entries(settings)) {
		const out = join(shared, name);
		const { manifest } = await build(
			smallBuild(smallCorpus(3, shared), out, more),
		);
		datasets[name] = {
			out,
			manifest: readFileSync(join(out, "seqpack.json"), "utf8"),
			contents: contentsOf(out),
			rows: manifest.summary.rows,
		};
	}
});

function builds(moves = true): Builds {
	const corpus = smallCorpus(3);
	const files = new MortalFiles(moves);
	const out = join(temporaryDirectory(), "out");
	const run: Builds["run"] = async (name, more) => {
		const options = { ...settings[name], ...more };
		const given = smallBuild(corpus, files.url(out), options);
		return (await build(given)).status;
	};
	return {
		...{ corpus, files, out, datasets },
		run,
		async kill(name, end, more) {
			files.end = files.deeds + end;
			await expect(run(name, more)).rejects.toThrow(Death);
			files.revive(join(out, ".seqpack/lock"));
		},
		async count(name, more) {
			files.log.length = 0;
			await run(name, more);
			const deeds = files.log.length;
			const finalize = files.log.findLastIndex((deed) =>
				/^commit .*\/tasks\//.test(deed),
			);
			return { deeds, finalize: finalize + 1 };
		},
	};
}

/** Of so many moments, one is tried. */
const STEP = everything ? 2 : 9;

/** Some moments while tasks run, and more of the end. */
function moments({
	deeds,
	finalize,
}: {
	deeds: number;
	finalize: number;
}): number[] {
	const early = Array.from({ length: finalize }, (_, end) => end);
	const late = Array.from({ length: deeds - finalize }, (_, i) => finalize + i);
	const some = (ends: number[], step: number) =>
		ends.filter((_, i) => i % step === step - 1);
	return [...some(early, 2 * STEP), ...some(late, STEP)];
}

const manifestIn = (out: string) =>
	readFileSync(join(out, "seqpack.json"), "utf8");

/** The rows and the index of a dataset are whole; its card may be that of the next already. */
async function expectReadable(out: string, dataset: Dataset): Promise<void> {
	const opened = await openDataset(out);
	const found = contentsOf(out);
	for (const { path } of [...opened.manifest.shards, ...opened.manifest.index])
		expect(found[path], path).toBe(dataset.contents[path]);
	let count = 0;
	for await (const batch of opened.rows()) count += batch.rows;
	expect(count).toBe(dataset.rows);
}

test("a new build, killed before any change, ends with the same files", async () => {
	const { count, kill, run, out, datasets } = builds();
	const all = await count("first");
	for (const end of moments(all)) {
		rmSync(out, { recursive: true });
		await kill("first", end);
		await run("first");
		expect(contentsOf(out), `killed before ${end}`).toEqual(
			datasets.first.contents,
		);
	}
});

test("a dataset that is built anew stays sound, whenever the build is killed", async () => {
	const { count, kill, run, out, datasets } = builds();
	await run("first");
	const overwrite = { overwrite: true };
	const all = await count("first", overwrite);
	for (const end of moments(all)) {
		await kill("first", end, overwrite);
		expect(manifestIn(out)).toBe(datasets.first.manifest);
		expect((await verify(out)).problems).toEqual([]);
		// Without `overwrite` there is nothing to do, and nothing stays behind.
		expect(await run("first")).toBe("already-built");
		expect(contentsOf(out)).toEqual(datasets.first.contents);
		expect(existsSync(join(out, ".seqpack"))).toBe(false);
	}
});

test("a change that fails once, in the end, loses nothing", async () => {
	const { corpus, count, run, out, files, datasets } = builds();
	await run("first");
	const overwrite = { overwrite: true };
	const { deeds, finalize } = await count("second", overwrite);
	let failures = 0;
	for (let fault = finalize; fault < deeds; fault += STEP) {
		rmSync(out, { recursive: true });
		cpSync(datasets.first.out, out, { recursive: true });
		files.fault = files.deeds + fault;
		await run("second", overwrite).catch((error) => {
			expect(error).toMatchObject({
				code: expect.stringMatching(/^cannot-(write|remove)$/),
				exitCode: 1,
			});
			failures++;
		});
		// Also a lock that could not be removed.
		files.revive(join(out, ".seqpack/lock"));
		const isOld = manifestIn(out) === datasets.first.manifest;
		await expectReadable(out, isOld ? datasets.first : datasets.second);
		const { tasksResumed } = await build(
			smallBuild(corpus, out, { ...settings.second, ...overwrite }),
		);
		if (isOld) expect(tasksResumed).toBeGreaterThan(0);
		expect(contentsOf(out)).toEqual(datasets.second.contents);
	}
	expect(failures).toBeGreaterThan(0);
});

test.each([
	["", true],
	[", also in a storage without renames", false],
])(
	"a dataset that another replaces stays whole until the other is%s",
	async (_, moves) => {
		const { count, kill, run, out, datasets } = builds(moves);
		await run("first");
		const overwrite = { overwrite: true };
		const all = await count("second", overwrite);
		let kept = 0;
		let turns = 0;
		for (const end of moments(all)) {
			rmSync(out, { recursive: true });
			cpSync(datasets.first.out, out, { recursive: true });
			await kill("second", end, overwrite);
			// Nothing of either stays where a third one takes their place.
			const next = ++turns % 2 === 0 ? "second" : "third";
			if (manifestIn(out) === datasets.first.manifest) {
				kept++;
				await expectReadable(out, datasets.first);
				if (moves && end < all.finalize)
					expect((await verify(out)).problems).toEqual([]);
			} else {
				expect(manifestIn(out)).toBe(datasets.second.manifest);
				await expectReadable(out, datasets.second);
				// What is left to do is done even by a call that finds nothing to do.
				if (next === "second")
					expect(await run("second")).toBe("already-built");
			}
			await run(next, overwrite);
			expect(contentsOf(out), `killed before ${end}`).toEqual(
				datasets[next].contents,
			);
			expect(existsSync(join(out, ".seqpack"))).toBe(false);
		}
		expect(kept).toBeGreaterThan(0);
	},
);

test("without renames the files are the same, and the manifest comes last", async () => {
	const { run, out, files, datasets } = builds(false);
	await run("first");
	expect(contentsOf(out)).toEqual(datasets.first.contents);
	const commits = files.log.filter((deed) => deed.startsWith("commit"));
	expect(commits.at(-1)).toBe(`commit ${join(out, "seqpack.json")}`);
	expect(files.log.some((deed) => deed.startsWith("move"))).toBe(false);
});
