import type { DatasetFile } from "../dataset/manifest.js";
import { sha256 } from "../storage/hash.js";
import { leftChanged } from "./left-files.js";
import type { Workspace } from "./workspace.js";

const HASH_BYTES = 32;
/** Of a part: where it begins, its length, its SHA-256, and that of these three. */
const NUMBERS_BYTES = 16;
const ENTRY_BYTES = NUMBERS_BYTES + HASH_BYTES;
const ROW_BYTES = ENTRY_BYTES + HASH_BYTES;

/** Numbers are written as this machine has them, which is little-endian wherever Node runs. */
const bytesOf = (numbers: Int32Array | Float64Array) =>
	new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

const hashOf = (bytes: Uint8Array) => Buffer.from(sha256(bytes), "hex");

/** Writes what a task has found out for others, who read one part each. */
export async function writeFindings(
	workspace: Workspace,
	task: number,
	parts: readonly (readonly (Int32Array | Float64Array)[])[],
): Promise<DatasetFile> {
	const path = workspace.findings(task);
	const file = await workspace.create(path);
	try {
		const table = Buffer.alloc(ROW_BYTES * parts.length);
		let start = table.length;
		for (const [i, part] of parts.entries()) {
			const content = joined(part);
			const row = table.subarray(ROW_BYTES * i, ROW_BYTES * (i + 1));
			row.set(bytesOf(Float64Array.of(start, content.length)));
			row.set(hashOf(content), NUMBERS_BYTES);
			row.set(hashOf(row.subarray(0, ENTRY_BYTES)), ENTRY_BYTES);
			start += content.length;
		}
		await file.write(table);
		for (const part of parts) await file.write(joined(part));
	} catch (error) {
		await file.abort();
		throw error;
	}
	return { path, ...(await file.commit()) };
}

const joined = (lists: readonly (Int32Array | Float64Array)[]) =>
	lists.length === 1 ? bytesOf(lists[0]) : Buffer.concat(lists.map(bytesOf));

/**
 * A part of what a task has found out.
 * @throws EnvironmentError `left-changed` where it is another one than was written
 */
export async function readFindings(
	workspace: Workspace,
	task: number,
	part: number,
): Promise<ArrayBuffer> {
	const path = workspace.findings(task);
	const file = await workspace.storage.open(path);
	try {
		const row = await file.read(ROW_BYTES * part, ROW_BYTES);
		const entry = row.subarray(0, ENTRY_BYTES);
		if (!hashOf(entry).equals(row.subarray(ENTRY_BYTES)))
			throw await leftChanged(workspace, task, path);
		const length = entry.readDoubleLE(8);
		const content =
			length === 0
				? Buffer.alloc(0)
				: await file.read(entry.readDoubleLE(0), length);
		if (!hashOf(content).equals(entry.subarray(NUMBERS_BYTES)))
			throw await leftChanged(workspace, task, path);
		// In memory of its own, which begins where numbers may.
		return Uint8Array.from(content).buffer;
	} finally {
		await file.close();
	}
}
