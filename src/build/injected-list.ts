import { type ListedSpan, readInjected } from "../compose/injected.js";
import { EnvironmentError } from "../core/errors.js";
import type { DroppedTokens, IndexedDocuments } from "../dataset/index-rows.js";
import {
	type InjectedRow,
	injectedBatch,
	injectedSchema,
	injectedTable,
} from "../dataset/injected-rows.js";
import type { ManifestInjected } from "../dataset/manifest.js";
import { injectedPath } from "../dataset/names.js";
import { documentId } from "../dataset/rows.js";
import type { PendingFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import type { TableWriter } from "../tables/table.js";
import { fileOf, readLeft } from "./left-files.js";
import type { Plan } from "./plan.js";
import type { TaskRecord } from "./record.js";
import type { ReadTask } from "./tasks-of-plan.js";
import type { Workspace } from "./workspace.js";

const BATCH_ROWS = 1 << 16;

/** The spans that stand in the records of a task. */
export class InjectedSpans {
	readonly #spans: ReadonlyMap<string, readonly ListedSpan[]>;

	constructor(spans: ReadonlyMap<string, readonly ListedSpan[]>) {
		this.#spans = spans;
	}

	/** Those in some documents, of which those that are dropped whole have none. */
	in(
		{ task, first, ids, sources, positions, lengths }: IndexedDocuments,
		dropped: DroppedTokens,
	): InjectedRow[] {
		if (this.#spans.size === 0) return [];
		return positions.flatMap((position, i): InjectedRow[] => {
			if (dropped.tokens[i] === lengths[i]) return [];
			const spans = this.#spans.get(keyOf(sources[i], position)) ?? [];
			return spans.map(({ trap, offset, repetition }) => ({
				docId: documentId(task, first + i),
				document: ids[i] ?? "",
				...{ trap, offset, repetition },
			}));
		});
	}
}

const keyOf = (source: string, position: number) => `${position} ${source}`;

/**
 * Reads which spans composing has put into the records that a task reads.
 * @throws EnvironmentError `input-changed`
 */
export async function injectedSpansOf(
	{ composed, inputs }: Pick<Plan, "composed" | "inputs">,
	{ source, spans }: Pick<ReadTask, "source" | "spans">,
): Promise<InjectedSpans> {
	const found = new Map<string, ListedSpan[]>();
	const list = composed?.[source]?.injected ?? null;
	if (list === null) return new InjectedSpans(found);
	const { path, bytes } = list;
	const storage = storageAt(path);
	if ((await storage.stat(path))?.size !== bytes)
		throw new EnvironmentError(
			"input-changed",
			`${path}, the list of what was injected, is not there any more as it was when the build was planned: run the same command again.`,
		);
	const own = spans.map((span) => ({ ...span, file: inputs[span.input] }));
	const file = await storage.open(path);
	try {
		for await (const one of readInjected(file, bytes)) {
			const isOwn = own.some(
				({ file, start, end }) =>
					file.source === one.source &&
					start <= one.position &&
					one.position < end,
			);
			if (!isOwn) continue;
			const key = keyOf(one.source, one.position);
			const same = found.get(key);
			if (same === undefined) found.set(key, [one]);
			else same.push(one);
		}
	} finally {
		await file.close();
	}
	return new InjectedSpans(found);
}

/** A list of spans that documents have; there is a file once there is one. */
export class InjectedList {
	readonly #create: () => Promise<PendingFile>;
	readonly #path: string;
	#open: { file: PendingFile; writer: TableWriter } | null = null;
	#rows = 0;

	private constructor(path: string, create: () => Promise<PendingFile>) {
		this.#path = path;
		this.#create = create;
	}

	/** That of a task, in the state. */
	static ofTask(workspace: Workspace, task: number): InjectedList {
		const path = workspace.injected(task);
		return new InjectedList(path, () => workspace.create(path));
	}

	/** That of the dataset. */
	static ofDataset(workspace: Workspace): InjectedList {
		const path = injectedPath(workspace.planHash);
		return new InjectedList(path, () =>
			workspace.storage.create(workspace.waiting(path)),
		);
	}

	async add(rows: readonly InjectedRow[]): Promise<void> {
		if (rows.length === 0) return;
		const { writer } = await this.#begun();
		await writer.write(injectedBatch(rows));
		this.#rows += rows.length;
	}

	/** Adds the lists of tasks; in the tasks' order. */
	async addAll(
		workspace: Workspace,
		records: readonly TaskRecord[],
	): Promise<void> {
		for (const { task, injected } of records) {
			if (injected == null) continue;
			const path = workspace.injected(task);
			const { bytes, rows } = injected;
			const list = fileOf(await readLeft(workspace, task, path, injected));
			const { writer } = await this.#begun();
			for await (const batch of injectedTable.read(list, bytes, injectedSchema))
				await writer.write(batch);
			this.#rows += rows;
		}
	}

	async finish(): Promise<ManifestInjected | null> {
		if (this.#open === null) return null;
		const { file, writer } = this.#open;
		await writer.close();
		const written = await file.commit();
		this.#open = null;
		return { path: this.#path, rows: this.#rows, ...written };
	}

	async abort(): Promise<void> {
		await this.#open?.file.abort();
	}

	async #begun() {
		if (this.#open === null) {
			const file = await this.#create();
			const writer = injectedTable.write(file, injectedSchema, {
				compression: injectedTable.compressions[0],
				batchRows: BATCH_ROWS,
				metadata: new Map(),
			});
			this.#open = { file, writer };
		}
		return this.#open;
	}
}
