import { indexTable } from "../dataset/index-rows.js";
import { lengthsSchema, lengthsTable } from "../dataset/lengths.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { indexPath, lengthsPath } from "../dataset/names.js";
import type { Settings } from "../dataset/settings.js";
import type { PendingFile } from "../storage/storage.js";
import type { ColumnBatch, Schema } from "../tables/columns.js";
import type { TableFormat, TableWriter } from "../tables/table.js";
import type { Workspace } from "./workspace.js";

const BATCH_ROWS = 1 << 16;

/** A file of rows beside the shards, as a task knows it. */
export interface TableOfTask extends DatasetFile {
	task: number;
	rows: number;
}

/** A task's file of rows beside its shards; it is there once it has a row. */
export class TaskTable {
	readonly #workspace: Workspace;
	readonly #task: number;
	readonly #path: string;
	readonly #format: TableFormat;
	readonly #schema: Schema;
	#open: { file: PendingFile; writer: TableWriter } | null = null;
	#rows = 0;

	constructor(
		workspace: Workspace,
		task: number,
		path: string,
		format: TableFormat,
		schema: Schema,
	) {
		this.#workspace = workspace;
		this.#task = task;
		this.#path = path;
		this.#format = format;
		this.#schema = schema;
	}

	async write(batch: ColumnBatch): Promise<void> {
		if (batch.rows === 0) return;
		this.#open ??= await this.#create();
		await this.#open.writer.write(batch);
		this.#rows += batch.rows;
	}

	/** @param isAlways Whether a file without rows is one too. */
	async finish(isAlways = false): Promise<TableOfTask | null> {
		if (isAlways) this.#open ??= await this.#create();
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
		const file = await this.#workspace.create(
			this.#workspace.waiting(this.#path),
		);
		const writer = this.#format.write(file, this.#schema, {
			compression: this.#format.compressions[0],
			batchRows: BATCH_ROWS,
			metadata: new Map(),
		});
		return { file, writer };
	}
}

/** A task's part of the index. */
export function indexFile(
	workspace: Workspace,
	task: number,
	schema: Schema,
): TaskTable {
	const path = indexPath(task, workspace.planHash);
	return new TaskTable(workspace, task, path, indexTable, schema);
}

/** The lengths of the documents that a task has read for a store. */
export function lengthsFile(
	workspace: Workspace,
	task: number,
	settings: Settings,
): TaskTable {
	const path = lengthsPath(task, workspace.planHash);
	const schema = lengthsSchema(settings);
	return new TaskTable(workspace, task, path, lengthsTable, schema);
}
