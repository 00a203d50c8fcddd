import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import {
	type FileHandle,
	lstat,
	open,
	readdir,
	readlink,
	rename,
	rm,
	rmdir,
	stat,
} from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { withoutSlashes } from "../core/text.js";
import { changedWhileRead } from "./changed.js";
import { LANES } from "./lanes.js";
import { makeDirectories, syncDirectory } from "./local-directories.js";
import { findFiles } from "./local-find.js";
import { versionOf } from "./local-version.js";
import { createExclusively, createFile } from "./local-write.js";
import type {
	RandomAccessFile,
	ReadableFile,
	Stat,
	Storage,
} from "./storage.js";
import { attempt, explainSystemError, hasCode } from "./system-errors.js";

/** A pipe is opened at once, and not when somebody writes to it: it cannot be read at any place. */
const FOR_READING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Files on this machine, by their paths or by URLs of `file:`. Errors of the system
 * come out as sentences. A file is on the disk before its name is, and the directory
 * before `create`, `move` or `moveAll` resolves. What is removed was made before: work on it is under way.
 */
export const localFiles: Storage = {
	readSize: 1 << 20,

	async stat(path): Promise<Stat | null> {
		try {
			const found = await stat(local(path), { bigint: true });
			if (found.isFile())
				return {
					kind: "file",
					size: Number(found.size),
					version: versionOf(found),
				};
			const kind = found.isDirectory() ? "directory" : "other";
			return { kind, size: 0, version: "" };
		} catch (error) {
			if (hasCode(error, "ENOENT", "ENOTDIR")) return null;
			throw explainSystemError(error, "read", path);
		}
	},

	async list(path) {
		try {
			return (await readdir(local(path))).sort();
		} catch (error) {
			if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
			throw explainSystemError(error, "read", path);
		}
	},

	find: async (path, options) => findFiles(local(path), options),

	async open(path): Promise<ReadableFile> {
		const handle = await attempt("read", path, () =>
			open(local(path), FOR_READING),
		);
		return {
			read: (position, length, into) => {
				const target =
					into === undefined
						? Buffer.allocUnsafeSlow(length)
						: Buffer.from(into, 0, length);
				const deed = () => readFully(handle, position, target);
				return attempt("read", path, deed, true);
			},
			close: () => handle.close(),
		};
	},

	openForRandomAccess(path): RandomAccessFile {
		return attemptNow(path, false, () => {
			const handle = openSync(local(path), FOR_READING);
			const { size, mtimeMs } = fstatSync(handle);
			const requireUnchanged = () => {
				const now = fstatSync(handle);
				if (now.size !== size || now.mtimeMs !== mtimeMs)
					throw changedWhileRead("file-changed", path, { size }, now);
			};
			let looked = performance.now();
			return {
				size,
				readInto: (target, position, offset, length) =>
					attemptNow(path, true, () => {
						const bytes = readInto(handle, target, position, offset, length);
						const now = performance.now();
						if (now - looked > LOOK_EVERY) {
							looked = now;
							requireUnchanged();
						}
						return bytes;
					}),
				close() {
					try {
						requireUnchanged();
					} finally {
						closeSync(handle);
					}
				},
			};
		});
	},

	create: async (path, { partialsIn, ...options } = {}) =>
		createFile(
			local(path),
			partialsIn === undefined ? undefined : local(partialsIn),
			options,
		),

	createExclusive: async (path, content) =>
		createExclusively(local(path), content),

	async move(from, to) {
		const directory = dirname(local(to));
		await attempt("write", to, () => makeDirectories(directory));
		const deed = async () => {
			await rename(local(from), local(to));
			await syncDirectory(directory);
		};
		await attempt("write", to, deed, true);
	},

	async moveAll(files) {
		const directories = new Set(files.map(({ to }) => dirname(local(to))));
		for (const directory of directories)
			await attempt("write", directory, () => makeDirectories(directory));
		await inParallel(files, LANES, ({ from, to }) =>
			attempt("write", to, () => renameIfThere(local(from), local(to)), true),
		);
		// Those of files that were renamed before as well: that may not have come to the disk.
		for (const directory of directories)
			await attempt("write", directory, () => syncDirectory(directory), true);
	},

	remove: (path) => {
		// With a slash at its end the name of a link would mean what it leads to.
		const deed = () =>
			rm(withoutSlashes(local(path)), { recursive: true, force: true });
		return attempt("remove", path, deed, true);
	},

	syncDirectory: (path) =>
		attempt("remove", path, () => syncDirectory(local(path)), true),

	removeEmpty: (path) => {
		const deed = async () => {
			try {
				await rmdir(local(path));
			} catch (error) {
				if (!hasCode(error, ...NOT_EMPTY)) throw error;
			}
		};
		return attempt("remove", path, deed, true);
	},

	makeDirectory: (path) =>
		attempt("write", path, () => makeDirectories(local(path))),

	async linkAt(path) {
		try {
			return await readlink(local(path));
		} catch (error) {
			if (hasCode(error, "EINVAL", "ENOENT", "ENOTDIR")) return null;
			throw explainSystemError(error, "read", path);
		}
	},

	absolute: (path) => resolve(local(path)),
};

/** Milliseconds between two looks at whether a file that is read from was written to: a look takes longer than a read. */
const LOOK_EVERY = 50;

/** Why a directory cannot be removed: it is not empty, not there, or none. */
const NOT_EMPTY = ["ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR", "EBUSY"];

/** The path of a URL; a path is taken as it is. */
function local(path: string): string {
	if (!/^file:/i.test(path)) return path;
	try {
		if (!/^file:\//i.test(path)) throw new Error("its path is not absolute");
		// In a path they are characters like others, and in a pattern they match.
		return fileURLToPath(path.replace(/[?#]/g, encodeURIComponent));
	} catch (error) {
		throw new UsageError(
			"bad-url",
			`${path} is not the URL of a file here (${(error as Error).message}): give file:///path, or the path.`,
		);
	}
}

async function renameIfThere(from: string, to: string): Promise<void> {
	try {
		await rename(from, to);
	} catch (error) {
		// That may be said of the new directory as well.
		if (!hasCode(error, "ENOENT") || (await isThere(from))) throw error;
	}
}

async function isThere(path: string): Promise<boolean> {
	try {
		await lstat(path);
		return true;
	} catch (error) {
		if (hasCode(error, "ENOENT")) return false;
		throw error;
	}
}

async function readFully(
	handle: FileHandle,
	position: number,
	target: Buffer,
): Promise<Buffer> {
	let filled = 0;
	while (filled < target.length) {
		const { bytesRead } = await handle.read(
			target,
			filled,
			target.length - filled,
			position + filled,
		);
		if (bytesRead === 0) break;
		filled += bytesRead;
	}
	return target.subarray(0, filled);
}

function readInto(
	handle: number,
	target: Uint8Array,
	position: number,
	offset: number,
	length: number,
): number {
	let filled = 0;
	while (filled < length) {
		const bytes = readSync(
			handle,
			target,
			offset + filled,
			length - filled,
			position + filled,
		);
		if (bytes === 0) break;
		filled += bytes;
	}
	return filled;
}

function attemptNow<T>(path: string, underWay: boolean, action: () => T): T {
	try {
		return action();
	} catch (error) {
		throw explainSystemError(error, "read", path, underWay);
	}
}
