import type { TaskRecord } from "../build/record.js";
import type { Workspace } from "../build/workspace.js";
import { indexSchema, indexTable } from "../dataset/index-rows.js";
import type { ColumnBatch } from "../tables/columns.js";

/** The index's rows of a task's documents. */
export async function* readIndex(
	workspace: Workspace,
	index: TaskRecord["index"],
): AsyncGenerator<ColumnBatch> {
	if (index === null) return;
	const file = await workspace.storage.open(workspace.waiting(index.path));
	try {
		yield* indexTable.read(file, index.bytes, indexSchema);
	} finally {
		await file.close();
	}
}
