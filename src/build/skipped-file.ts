import { inParallel } from "../core/in-parallel.js";
import { parseJson } from "../core/json.js";
import type { ManifestSkipped } from "../dataset/manifest.js";
import { skippedPath } from "../dataset/names.js";
import type { SkippedRecord } from "../sources/read-records.js";
import { LANES } from "../storage/lanes.js";
import { type PendingFile, readAll } from "../storage/storage.js";
import { readLeft } from "./left-files.js";
import type { Plan } from "./plan.js";
import type { TaskRecord } from "./record.js";
import type { Workspace } from "./workspace.js";

/** One line of a list of skipped records. */
interface SkippedLine {
	source: string;
	/** From 1: in a task's own list from the beginning of the span, in the dataset's of the file. */
	line: number;
	position: number;
	reason: string;
}

/** One line of a task's own list. */
export interface SkippedOfTask extends SkippedLine {
	/** The number of its span in the task. */
	span: number;
}

/** A task's own list of the records that it passed over; there is a file once there is one. */
export class SkippedFile {
	readonly #workspace: Workspace;
	readonly #path: string;
	#file: PendingFile | null = null;
	#rows = 0;

	constructor(workspace: Workspace, task: number) {
		this.#workspace = workspace;
		this.#path = workspace.skipped(task);
	}

	/** @param span The number of its span in the task. */
	async add(record: SkippedRecord, span: number): Promise<void> {
		const { source, number: line, position, reason } = record;
		const entry: SkippedOfTask = {
			source,
			line,
			position,
			reason,
			span,
		};
		this.#file ??= await this.#workspace.create(this.#path);
		await this.#file.write(Buffer.from(`${JSON.stringify(entry)}\n`));
		this.#rows++;
	}

	async finish(): Promise<ManifestSkipped | null> {
		if (this.#file === null) return null;
		const written = await this.#file.commit();
		this.#file = null;
		return { path: this.#path, rows: this.#rows, ...written };
	}

	async abort(): Promise<void> {
		await this.#file?.abort();
	}
}

/** The list of a task that has passed records over. */
export async function readSkipped(
	workspace: Workspace,
	task: number,
	written: ManifestSkipped,
): Promise<SkippedOfTask[]> {
	const path = workspace.skipped(task);
	const list = await readLeft(workspace, task, path, written);
	return list
		.toString("utf8")
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => parseJson(line));
}

/** Joins the tasks' lists, with lines counted in the whole file; add tasks in their order. */
export class SkippedList {
	readonly #workspace: Workspace;
	readonly #plan: Plan;
	readonly #path: string;
	/** The list of a store that is added to: what is added comes after it, in a file of its own. */
	readonly #earlier: ManifestSkipped | null;
	/** Lines of each copy of an input in the spans before. */
	readonly #linesBefore = new Map<string, number>();
	#file: PendingFile | null = null;
	#rows = 0;

	constructor(
		workspace: Workspace,
		plan: Plan,
		earlier: ManifestSkipped | null,
	) {
		this.#workspace = workspace;
		this.#plan = plan;
		this.#earlier = earlier;
		this.#path = skippedPath(plan.planHash);
	}

	async addAll(records: readonly TaskRecord[]): Promise<void> {
		for (let at = 0; at < records.length; at += LANES) {
			const some = records.slice(at, at + LANES);
			const lists = await inParallel(some, LANES, async ({ task, skipped }) =>
				skipped === null ? [] : readSkipped(this.#workspace, task, skipped),
			);
			for (const [i, record] of some.entries())
				await this.#add(record, lists[i]);
		}
	}

	async #add(
		{ task, lines }: TaskRecord,
		list: readonly SkippedOfTask[],
	): Promise<void> {
		const read = this.#plan.tasks[task];
		if (read.kind !== "read") return;
		const before = read.spans.map(({ input }, span) => {
			const key = `${read.copy ?? 0} ${input}`;
			const counted = this.#linesBefore.get(key) ?? 0;
			this.#linesBefore.set(key, counted + lines[span]);
			return counted;
		});
		if (list.length === 0) return;
		const numbered = list.map(({ span, ...entry }) => {
			entry.line += before[span];
			return `${JSON.stringify(entry)}\n`;
		});
		this.#file ??= await this.#create();
		await this.#file.write(Buffer.from(numbered.join("")));
		this.#rows += numbered.length;
	}

	async #create(): Promise<PendingFile> {
		const { storage } = this.#workspace;
		const file = await storage.create(this.#workspace.waiting(this.#path));
		if (this.#earlier !== null) {
			const { path, rows } = this.#earlier;
			await file.write(await readAll(storage, this.#workspace.place(path)));
			this.#rows = rows;
		}
		return file;
	}

	async finish(): Promise<ManifestSkipped | null> {
		if (this.#file === null) return this.#earlier;
		const written = await this.#file.commit();
		return { path: this.#path, rows: this.#rows, ...written };
	}
}
