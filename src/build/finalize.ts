import { datasetCard } from "../dataset/card.js";
import { filesOfDataset } from "../dataset/files.js";
import { loadFromDiskFiles } from "../dataset/load-from-disk.js";
import {
	FORMAT_VERSION,
	MANIFEST,
	type Manifest,
	type ManifestFile,
	type ManifestShard,
} from "../dataset/manifest.js";
import { packedSchemaWith } from "../dataset/rows.js";
import { summarize } from "../dataset/summary.js";
import { addTotals, emptyTotals, imbalances } from "../dataset/totals.js";
import {
	type PendingFile,
	readAll,
	type Storage,
	writeAll,
} from "../storage/storage.js";
import { SKIPPED, STAGED, stagedPath } from "./paths.js";
import { type Plan, remainderTasks } from "./plan.js";
import { readRecord, type SkippedRecord, type TaskRecord } from "./record.js";

/**
 * Makes the dataset of a plan whose tasks are all done: puts the staged files
 * in their places and writes the manifest last, which is what makes the
 * directory a dataset. Killed anywhere and run again, it ends the same.
 */
export async function finalize(
	storage: Storage,
	out: string,
	plan: Plan,
	onError: "stop" | "skip",
): Promise<Manifest> {
	await removeOtherManifest(storage, out, plan);
	const totals = emptyTotals();
	const roomCounts = new Float64Array(plan.settings.seqLen + 1);
	const shards: ManifestShard[] = [];
	const index: ManifestFile[] = [];
	const skippedList = new SkippedList(storage, out, plan);
	const remainders = remainderTasks(plan);
	for (let task = 0; task < plan.tasks.length + remainders; task++) {
		const record = await readRecord(storage, out, task, plan.planHash);
		if (record === null)
			throw new Error(`task ${task} is not done, and the build was finalized`);
		addTotals(totals, record.totals);
		for (const [room, count] of record.rooms) roomCounts[room] += count;
		shards.push(...record.shards);
		if (record.index !== null) index.push(record.index);
		if (task < plan.tasks.length) await skippedList.add(record);
	}
	const problems = imbalances(totals);
	if (problems.length > 0) throw new Error(problems.join("; "));

	const skipped = await skippedList.finish();
	for (const { path } of [...shards, ...index]) {
		const staged = `${out}/${stagedPath(path)}`;
		if ((await storage.stat(staged)) !== null)
			await storage.move?.(staged, `${out}/${path}`);
	}
	const manifest: Manifest = {
		formatVersion: FORMAT_VERSION,
		seqpackVersion: plan.seqpackVersion,
		planHash: plan.planHash,
		settings: plan.settings,
		onError,
		tokenizer: plan.tokenizer,
		inputs: plan.inputs.map(({ source, bytes, fingerprint }) => ({
			source,
			bytes,
			fingerprint,
		})),
		tasks: plan.tasks.length,
		remainderTasks: remainders,
		totals,
		summary: summarize(totals, plan.settings, roomCounts),
		shards,
		index,
		skipped,
	};
	const schema = packedSchemaWith(plan.settings);
	const extras: Record<string, string> = {
		"README.md": datasetCard(manifest, schema),
		...(plan.settings.format === "arrow"
			? loadFromDiskFiles(manifest, schema)
			: {}),
	};
	for (const [name, content] of Object.entries(extras))
		await writeAll(storage, `${out}/${name}`, content);
	const paths = [...shards, ...index, skipped].map((file) => file?.path ?? "");
	await removeOtherFiles(
		storage,
		out,
		new Set([...paths, ...Object.keys(extras)]),
	);
	await writeAll(
		storage,
		`${out}/${MANIFEST}`,
		`${JSON.stringify(manifest, null, "\t")}\n`,
	);
	await storage.remove(`${out}/${STAGED}`);
	return manifest;
}

/**
 * Removes a manifest of another plan, whose dataset this one replaces: from
 * here on until the new manifest is there the directory is no dataset.
 */
async function removeOtherManifest(
	storage: Storage,
	out: string,
	plan: Plan,
): Promise<void> {
	const path = `${out}/${MANIFEST}`;
	if ((await storage.stat(path)) === null) return;
	const earlier = JSON.parse((await readAll(storage, path)).toString("utf8"));
	if (earlier.planHash !== plan.planHash) await storage.remove(path);
}

/** Removes what an earlier dataset left where this one's files are. */
async function removeOtherFiles(
	storage: Storage,
	out: string,
	keep: ReadonlySet<string>,
): Promise<void> {
	for (const path of await filesOfDataset(storage, out))
		if (!keep.has(path)) await storage.remove(`${out}/${path}`);
}

/** Joins the tasks' lists of skipped records, with lines counted in the whole file. */
class SkippedList {
	readonly #storage: Storage;
	readonly #out: string;
	readonly #plan: Plan;
	readonly #linesBefore = new Map<number, number>();
	#file: PendingFile | null = null;
	#rows = 0;

	constructor(storage: Storage, out: string, plan: Plan) {
		this.#storage = storage;
		this.#out = out;
		this.#plan = plan;
	}

	async add(record: TaskRecord): Promise<void> {
		const spans = this.#plan.tasks[record.task];
		const before = spans.map(({ input }, span) => {
			const lines = this.#linesBefore.get(input) ?? 0;
			this.#linesBefore.set(input, lines + record.lines[span]);
			return lines;
		});
		if (record.skipped === null) return;
		const path = `${this.#out}/${stagedPath(record.skipped.path)}`;
		const list = (await readAll(this.#storage, path)).toString("utf8");
		const lines = list.split("\n").filter((line) => line !== "");
		const numbered = lines.map((line) => {
			const { span, ...entry } = JSON.parse(line) as SkippedRecord & {
				span: number;
			};
			entry.line += before[span];
			return `${JSON.stringify(entry)}\n`;
		});
		this.#file ??= await this.#storage.create(`${this.#out}/${SKIPPED}`);
		await this.#file.write(Buffer.from(numbered.join("")));
		this.#rows += numbered.length;
	}

	async finish(): Promise<ManifestFile | null> {
		if (this.#file === null) return null;
		const written = await this.#file.commit();
		return { path: SKIPPED, rows: this.#rows, ...written };
	}
}
