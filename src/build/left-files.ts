import { EnvironmentError } from "../core/errors.js";
import { sha256 } from "../storage/hash.js";
import {
	type ReadableFile,
	readAll,
	type WrittenFile,
} from "../storage/storage.js";
import type { Workspace } from "./workspace.js";

/**
 * Reads a file that a task has left.
 * @param written What its record says of it.
 * @throws EnvironmentError `left-changed` where it is another one
 */
export async function readLeft(
	workspace: Workspace,
	task: number,
	path: string,
	written: Pick<WrittenFile, "sha256">,
): Promise<Buffer> {
	const content = await readAll(workspace.storage, path);
	if (sha256(content) === written.sha256) return content;
	throw await leftChanged(workspace, task, path);
}

/** A file of which all is in memory. */
export function fileOf(whole: Buffer): ReadableFile {
	return {
		whole,
		read: async (position, length) =>
			whole.subarray(position, position + length),
		close: async () => {},
	};
}

/** A task whose file is not as it wrote it is done no longer. @returns What says so. */
export async function leftChanged(
	workspace: Workspace,
	task: number,
	path: string,
): Promise<EnvironmentError> {
	await workspace.storage.remove(workspace.record(task));
	return new EnvironmentError(
		"left-changed",
		`${path} is not as task ${task} wrote it: the disk, or another program, has changed it. That task is to be run again: run the same command again.`,
	);
}
