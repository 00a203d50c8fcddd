import { mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "./system-errors.js";

/**
 * Makes a directory and those above it. Not by `mkdir(path, { recursive: true })`,
 * which never ends where the system refuses with ENOENT, as below /proc.
 */
export async function makeDirectories(path: string): Promise<void> {
	const above = dirname(path);
	try {
		await mkdir(path);
	} catch (error) {
		if (hasCode(error, "EEXIST") && (await isDirectory(path))) return;
		if (!hasCode(error, "ENOENT") || above === path) throw error;
		await makeDirectories(above);
		await mkdir(path).catch((again) => {
			// Another worker may have made it in the meantime.
			if (!hasCode(again, "EEXIST")) throw again;
		});
	}
	await syncDirectory(above);
}

async function isDirectory(path: string): Promise<boolean> {
	try {
		return (await stat(path)).isDirectory();
	} catch (error) {
		if (hasCode(error, "ENOENT")) return false;
		throw error;
	}
}

/**
 * Does something in a directory, which is made where it is not there, also when
 * someone else removes it in the middle.
 */
export async function inDirectory<T>(
	directory: string,
	action: () => Promise<T>,
): Promise<T> {
	for (let left = 20; ; left--) {
		try {
			await makeDirectories(directory);
			return await action();
		} catch (error) {
			if (left === 0 || !hasCode(error, "ENOENT")) throw error;
		}
	}
}

/** What a system says that cannot sync a directory, or lets nobody open one. */
const CANNOT_SYNC = ["EISDIR", "EPERM", "EACCES", "EINVAL", "EBADF", "ENOTSUP"];

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
		if (!hasCode(error, ...CANNOT_SYNC)) throw error;
	}
}
