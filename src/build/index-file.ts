import { indexSchema, indexTable } from "../dataset/index-rows.js";
import type { IndexOfTask } from "../dataset/manifest.js";
import { indexPath } from "../dataset/names.js";
import type { PendingFile } from "../storage/storage.js";
import type { ColumnBatch } from "../tables/columns.js";
import type { TableWriter } from "../tables/table.js";
import type { Workspace } from "./workspace.js";

const BATCH_ROWS = 1 << 16;

/** A task's part of the index; there is a file once it has a document. */
export class IndexFile {
	readonly #workspace: Workspace;
	readonly #task: number;
	readonly #path: string;
	#open: { file: PendingFile; writer: TableWriter } | null = null;
	#rows = 0;

	constructor(workspace: Workspace, task: number) {
		this.#workspace = workspace;
		this.#task = task;
		this.#path = indexPath(task, workspace.planHash);
	}

	async write(batch: ColumnBatch): Promise<void> {
		this.#open ??= await this.#create();
		await this.#open.writer.write(batch);
		this.#rows += batch.rows;
	}

	async finish(): Promise<IndexOfTask | null> {
		if (this.#open === null) return null;
		const { file, writer } = this.#open;
		await writer.close();
		const written = await file.commit();
		this.#open = null;
		return { path: this.#path, task: this.#task, rows: this.#rows, ...written };
	}

	async abort(): Promise<void> {
		await this.#open?.file.abort();
	}

	async #create() {
		const { storage } = this.#workspace;
		const file = await storage.create(this.#workspace.waiting(this.#path));
		const writer = indexTable.write(file, indexSchema, {
			compression: "snappy",
			batchRows: BATCH_ROWS,
			metadata: new Map(),
		});
		return { file, writer };
	}
}
