import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	finalizeBuild,
	type PlannedBuild,
	planBuild,
	runTasks,
} from "seqpack";
import { expect, test } from "vitest";
import { contentsOf, filesBelow, temporaryDirectory } from "../helpers.js";

/** Kinds of tasks: each goes on with what those before leave. */
const kinds = ["hash", "repeats", "threshold", "read", "repack"] as const;
type Kind = (typeof kinds)[number];

const ofKind = ({ plan }: PlannedBuild, kind: Kind) =>
	plan.tasks.flatMap((task, number) => (task.kind === kind ? [number] : []));

/** Runs all tasks of some kinds, a job a kind, and makes the dataset after the last. */
async function runJobs(planned: PlannedBuild, some: readonly Kind[]) {
	for (const kind of some)
		await runTasks(planned, ofKind(planned, kind), { workers: 0 });
	if (some.includes("repack")) await finalizeBuild(planned);
}

/** A build of all kinds of tasks, which leaves repeats out, and skips a record. */
function smallest(): BuildOptions & { out: string } {
	const directory = temporaryDirectory();
	const corpus = join(directory, "corpus.jsonl");
	const texts = Array.from({ length: 30 }, (_, i) =>
		"some words of a row ".repeat(1 + (i % 20)),
	);
	const lines = texts.map((text) => JSON.stringify({ text }));
	writeFileSync(corpus, `${[...lines, "no record"].join("\n")}\n`);
	return {
		...{ inputs: [corpus], tokenizer: "bytes", out: join(directory, "out") },
		...{ seqLen: 256, taskSize: 2000, workers: 0 },
		...{ dedupe: "exact", validation: 5, onError: "skip" },
	};
}

test.each([
	["findings", "hash"],
	["findings", "repeats"],
	["findings", "threshold"],
	["leftovers", "read"],
	["skipped", "read"],
] as const)(
	"of %s that a job of the kind %s left, no byte becomes another one",
	async (directory, kind) => {
		const options = smallest();
		const { out } = options;
		const plan = await planBuild(options);
		const first = kinds.slice(0, kinds.indexOf(kind) + 1);
		const then = kinds.slice(first.length);
		await runJobs(plan, first);
		const state = join(out, ".seqpack", plan.plan.planHash.slice(0, 16));
		const names = (kind: Kind) =>
			ofKind(plan, kind).map((task) => String(task).padStart(5, "0"));
		const name = filesBelow(join(state, directory)).find((file) =>
			names(kind).some((name) => file.startsWith(name)),
		);
		const path = join(state, directory, name as string);
		const bytes = readFileSync(path);
		for (const share of [0, 0.4, 0.999]) {
			const at = Math.floor(bytes.length * share);
			const flipped = Buffer.from(bytes);
			flipped[at] ^= 1;
			writeFileSync(path, flipped);
			for (const name of then.flatMap(names))
				rmSync(join(state, "tasks", `${name}.json`), { force: true });
			await expect(
				runJobs(plan, then),
				`byte ${at} of ${bytes.length}`,
			).rejects.toMatchObject({
				code: "left-changed",
				exitCode: 1,
				message: expect.stringMatching(/run the same command again\.$/),
			});
			await runJobs(plan, first);
		}
		await runJobs(plan, then);
		const found = contentsOf(out);
		await build({ ...options, out: `${out}-other` });
		expect(found).toEqual(contentsOf(`${out}-other`));
	},
);
