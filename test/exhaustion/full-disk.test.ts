import { spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { composeFiles } from "../../src/compose/compose-files.js";
import { randomBelow } from "../../src/core/random.js";
import { build } from "../../src/engines/build.js";
import { exportRows, packStore } from "../../src/engines/pack-store.js";
import { convertDataset } from "../../src/export/convert-dataset.js";
import { exportDataset } from "../../src/export/export-dataset.js";
import { planCurriculum } from "../../src/plan/make-plan.js";
import { smallBuild, smallCorpus } from "../build/small-corpus.js";
import { casesOf, randomOf } from "../cases.js";
import {
	contentsOf,
	filesBelow,
	sharedDirectory,
	temporaryDirectory,
} from "../helpers.js";
import { FailingFiles, type Fault } from "./failing-files.js";

const shared = sharedDirectory();
const at = (name: string) => join(shared, name);
beforeAll(async () => {
	mkdirSync(at("in"));
	const corpus = smallCorpus(3, at("in"));
	const small = (out: string) => smallBuild(corpus, at(out));
	await build(small("dataset"));
	const { seqLen: _, ...others } = small("store");
	await build({ ...others, layout: "documents" });
	const { seqLen: __, ...buckets } = small("buckets");
	await build({ ...buckets, layout: "buckets", maxLength: 256 });
	const packing = { store: at("store"), out: at("packing"), workers: 0 };
	await packStore({ ...packing, seqLen: 256 });
	const record = (i: number) =>
		JSON.stringify({ repo: `r${i % 7}`, text: `${i} `.repeat(50 + i) });
	writeFileSync(
		at("records.jsonl"),
		Array.from({ length: 200 }, (_, i) => `${record(i)}\n`).join(""),
	);
	writeFileSync(
		at("recipe.json"),
		JSON.stringify({
			steps: [
				{ group: { by: "key", field: "repo" } },
				{ separator: { text: "\n" } },
			],
		}),
	);
}, 120_000);

/** Everything that writes a directory of its own. */
const works: Record<string, (out: string) => Promise<unknown>> = {
	build: (out) =>
		build({ ...smallBuild(at("in/corpus.jsonl"), out), taskSize: 30_000 }),
	"build buckets": (out) => {
		const { seqLen: _, ...others } = smallBuild(at("in/corpus.jsonl"), out);
		return build({ ...others, layout: "buckets", maxLength: 256 });
	},
	"build store": (out) => {
		const { seqLen: _, ...others } = smallBuild(at("in/corpus.jsonl"), out);
		return build({ ...others, layout: "documents" });
	},
	pack: (out) =>
		packStore({ store: at("store"), seqLen: 256, out, workers: 0 }),
	"export rows": (out) =>
		exportRows({ packing: at("packing"), out, workers: 0 }),
	convert: (out) =>
		convertDataset({ dataset: at("dataset"), out, format: "arrow" }),
	export: (out) =>
		exportDataset({ source: at("dataset"), to: "megatron", out }),
	curriculum: (out) =>
		planCurriculum({ datasets: [at("buckets")], tokensPerStep: 1024, out }),
	compose: (out) =>
		composeFiles({
			recipe: at("recipe.json"),
			inputs: [at("records.jsonl")],
			...{ groupMemory: 2 ** 16, taskSize: 20_000, workers: 0, out },
		}),
};

/** Of what is done already these say so, and end well. */
const builds = ["build", "build buckets", "build store", "pack"];

const LOCK = ".seqpack/lock";
/** The number of a process that has ended. */
const deadProcess = spawnSync(process.execPath, ["--version"]).pid;

/** A lock that could not be removed is then that of a process that has ended. */
function leaveLock(out: string): void {
	const path = join(out, LOCK);
	if (!existsSync(path)) return;
	const holder = JSON.parse(readFileSync(path, "utf8"));
	writeFileSync(path, JSON.stringify({ ...holder, pid: deadProcess }));
}

const WRITE_FAULTS: readonly string[] = ["ENOSPC", "EDQUOT"];
const codes: Fault["code"][] = ["ENOSPC", "EDQUOT", "EIO", "EMFILE"];
const sentences: Record<Fault["code"], RegExp> = {
	ENOSPC: /the disk is full; make room and run the same command again\.$/,
	EDQUOT: /the disk quota is used up; make room and run the same command/,
	EIO: /the disk reported an error\.$/,
	EMFILE: /too many files are open; raise the limit \(ulimit -n\)\.$/,
};

describe.each(Object.entries(works))("%s", (name, work) => {
	test("ends with one sentence where the disk is full or fails, and goes on to the same bytes", async () => {
		const whole = join(temporaryDirectory(), "whole");
		const counts = new Map<Fault["code"], number>();
		for (const code of codes) {
			const fault = { code, at: -1, lasts: false };
			const { calls, error } = await FailingFiles.during(whole, fault, () =>
				work(whole),
			);
			expect(error).toBeNull();
			counts.set(code, calls);
			if (code !== codes.at(-1)) rmSync(whole, { recursive: true });
		}
		const due = contentsOf(whole);
		const out = join(temporaryDirectory(), "out");
		const count = casesOf({ daily: 2, everything: 12, share: 0.1 });
		for (let number = 0; number < count; number++) {
			const random = randomOf(`faults of ${name}`, number);
			const code = codes[randomBelow(random, codes.length)];
			const fault = {
				code,
				at: randomBelow(random, counts.get(code) ?? 1),
				// A full disk stays full.
				lasts: WRITE_FAULTS.includes(code) && randomBelow(random, 2) === 0,
			};
			const what = `case ${number}: ${JSON.stringify(fault)}`;
			const { error } = await FailingFiles.during(out, fault, () => work(out));
			if (error !== null) {
				expect(error, what).toMatchObject({ exitCode: 1 });
				expect((error as Error).message, what).toMatch(sentences[code]);
				leaveLock(out);
				await work(out).catch((error) => {
					// All was done before: what comes of it is compared below.
					if (error.code === "output-in-use" && !builds.includes(name)) return;
					throw new Error(`${what}: ${error.message}`, { cause: error });
				});
			}
			const { [LOCK]: _, ...found } = contentsOf(out);
			expect(found, what).toEqual(due);
			expect(
				existsSync(out) &&
					filesBelow(out).filter((path) => path.includes(".partial")),
				what,
			).toEqual([]);
			rmSync(out, { recursive: true });
		}
	});
});
