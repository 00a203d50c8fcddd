import { mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./system-errors.js";

/** Makes a directory and those above it, and brings their names to the disk. */
export function makeDirectories(path: string): Promise<void> {
	return inDirectory(path, async () => {});
}

/** How often others may remove a directory before something is done in it. */
const MOST_TRIES = 100;

/**
 * Does something in a directory, which is made where it is not there, also when
 * someone else removes it in the middle.
 */
export async function inDirectory<T>(
	directory: string,
	action: () => Promise<T>,
): Promise<T> {
	for (let tries = 1; ; tries++) {
		try {
			const changed = await make(directory);
			const result = await action();
			for (const path of changed) await syncDirectory(path);
			return result;
		} catch (error) {
			if (tries === MOST_TRIES || !hasCode(error, "ENOENT")) throw error;
		}
	}
}

/**
 * Not by `mkdir(path, { recursive: true })`, which never ends where the system
 * refuses with ENOENT, as below /proc.
 * @returns The directories in which one was made, the lowest first.
 */
async function make(path: string): Promise<string[]> {
	const above = dirname(path);
	try {
		await mkdir(path);
		return [above];
	} catch (error) {
		if (!hasCode(error, "ENOENT") || above === path) {
			const isThere = hasCode(error, "EEXIST");
			// What a system says of a directory that is there differs, as for a drive.
			const found = await stat(path).catch((missing) => {
				throw isThere ? missing : error;
			});
			if (found.isDirectory()) return [];
			if (!isThere) throw error;
			throw Object.assign(new Error("a file is in the way"), {
				code: "ENOTDIR",
			});
		}
	}
	const changed = await make(above);
	try {
		await mkdir(path);
		return [above, ...changed];
	} catch (error) {
		// Another worker may have made it in the meantime.
		if (hasCode(error, "EEXIST")) return changed;
		throw error;
	}
}

/** Why a directory is not synced: the system cannot, lets nobody open it, or it is gone. */
const NOT_SYNCED = [
	...["EISDIR", "EPERM", "EACCES", "EINVAL", "EBADF", "ENOTSUP"],
	"ENOENT",
];

/** Brings the names in a directory to the disk. */
export async function syncDirectory(path: string): Promise<void> {
	try {
		const handle = await open(path, "r");
		try {
			await handle.sync();
		} finally {
			await handle.close();
		}
	} catch (error) {
		if (!hasCode(error, ...NOT_SYNCED)) throw error;
	}
}
