import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
	type FileHandle,
	mkdir,
	open,
	readdir,
	rename,
	rm,
	stat,
	writeFile,
} from "node:fs/promises";
import { dirname } from "node:path";
import type {
	PendingFile,
	RandomAccessFile,
	ReadableFile,
	Stat,
	Storage,
} from "./storage.js";
import { explainSystemError } from "./system-errors.js";

/** Files on this machine. Errors of the system come out as sentences. */
export const localFiles: Storage = {
	async stat(path): Promise<Stat | null> {
		try {
			const found = await stat(path);
			if (found.isFile()) return { kind: "file", size: found.size };
			return { kind: found.isDirectory() ? "directory" : "other", size: 0 };
		} catch (error) {
			if (isMissing(error)) return null;
			throw explainSystemError(error, "read", path);
		}
	},

	async list(path) {
		try {
			return (await readdir(path)).sort();
		} catch (error) {
			if (isMissing(error)) return [];
			throw explainSystemError(error, "read", path);
		}
	},

	async open(path): Promise<ReadableFile> {
		const handle = await attempt("read", path, () => open(path, "r"));
		return {
			read: (position, length) =>
				attempt("read", path, () => readFully(handle, position, length)),
			close: () => handle.close(),
		};
	},

	openForRandomAccess(path): RandomAccessFile {
		return attemptNow("read", path, () => {
			const handle = openSync(path, "r");
			return {
				size: fstatSync(handle).size,
				readInto: (target, position, offset, length) =>
					attemptNow("read", path, () =>
						readInto(handle, target, position, offset, length),
					),
				close: () => closeSync(handle),
			};
		});
	},

	create: createAtomically,

	async createExclusive(path, content) {
		try {
			await writeFile(path, content, { flag: "wx" });
			return true;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
			throw explainSystemError(error, "write", path);
		}
	},

	move: (from, to) =>
		attempt("write", to, async () => {
			await makeDirectories(dirname(to));
			await rename(from, to);
		}),

	remove: (path) =>
		attempt("remove", path, () => rm(path, { recursive: true, force: true })),

	makeDirectory: (path) => attempt("write", path, () => makeDirectories(path)),
};

async function readFully(
	handle: FileHandle,
	position: number,
	length: number,
): Promise<Buffer> {
	const buffer = Buffer.allocUnsafeSlow(length);
	let filled = 0;
	while (filled < length) {
		const { bytesRead } = await handle.read(
			buffer,
			filled,
			length - filled,
			position + filled,
		);
		if (bytesRead === 0) break;
		filled += bytesRead;
	}
	return buffer.subarray(0, filled);
}

/**
 * Makes a directory and those above it. Not by `mkdir(path, { recursive: true })`,
 * which never ends where the system refuses with ENOENT, as below /proc.
 */
async function makeDirectories(path: string): Promise<void> {
	try {
		await mkdir(path);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
		const above = dirname(path);
		if (code !== "ENOENT" || above === path) throw error;
		await makeDirectories(above);
		await mkdir(path).catch(async (again) => {
			// Another worker may have made it in the meantime.
			if (again.code !== "EEXIST") throw again;
		});
	}
}

/** Writes to `path.partial`, and renames it when all is on disk. */
async function createAtomically(path: string): Promise<PendingFile> {
	const partial = `${path}.partial`;
	const handle = await attempt("write", path, async () => {
		await makeDirectories(dirname(path));
		return open(partial, "w");
	});
	const hash = createHash("sha256");
	let bytes = 0;
	return {
		write: (chunk) =>
			attempt("write", path, async () => {
				hash.update(chunk);
				let written = 0;
				while (written < chunk.length)
					written += (
						await handle.write(chunk, written, chunk.length - written)
					).bytesWritten;
				bytes += chunk.length;
			}),
		commit: () =>
			attempt("write", path, async () => {
				await handle.sync();
				await handle.close();
				await rename(partial, path);
				return { bytes, sha256: hash.digest("hex") };
			}),
		async abort() {
			await handle.close().catch(() => {});
			await rm(partial, { force: true });
		},
	};
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

function attemptNow<T>(verb: "read", path: string, action: () => T): T {
	try {
		return action();
	} catch (error) {
		throw explainSystemError(error, verb, path);
	}
}

async function attempt<T>(
	verb: "read" | "write" | "remove",
	path: string,
	action: () => Promise<T>,
): Promise<T> {
	try {
		return await action();
	} catch (error) {
		throw explainSystemError(error, verb, path);
	}
}

function isMissing(error: unknown): boolean {
	const code = (error as NodeJS.ErrnoException).code;
	return code === "ENOENT" || code === "ENOTDIR";
}
