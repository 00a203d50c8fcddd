import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, link, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
	inDirectory,
	makeDirectories,
	syncDirectory,
} from "./local-directories.js";
import {
	type CreateOptions,
	type PendingFile,
	partialName,
} from "./storage.js";
import { attempt, hasCode } from "./system-errors.js";

/** Writes under a name of its own, and renames the file when all is on the disk. */
export async function createFile(
	path: string,
	partialsIn = dirname(path),
	{
		unhashed = false,
		scratch = false,
		mayBeLost = scratch,
	}: CreateOptions = {},
): Promise<PendingFile> {
	const { partial, handle } = await attempt("write", path, async () => {
		await makeDirectories(dirname(path));
		return inDirectory(partialsIn, () => openPartial(path, partialsIn));
	});
	const hash = unhashed || scratch ? null : createHash("sha256");
	let bytes = 0;
	const abort = async () => {
		await handle.close().catch(() => {});
		await rm(partial, { force: true }).catch(() => {});
	};
	return {
		write: (chunk) => {
			const deed = async () => {
				hash?.update(chunk);
				await writeFully(handle, chunk);
				bytes += chunk.length;
			};
			return attempt("write", path, deed, true);
		},
		async commit() {
			const deed = async () => {
				if (!scratch) await handle.sync();
				await handle.close();
				await rename(partial, path);
				if (!mayBeLost) await syncDirectory(dirname(path));
				return { bytes, sha256: hash?.digest("hex") ?? "" };
			};
			try {
				return await attempt("write", path, deed, true);
			} catch (error) {
				await abort();
				throw error;
			}
		},
		abort,
	};
}

/** What a file system says that has no hard links. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/**
 * Writes aside and links the file to its name, which only one can do. Where there are
 * no hard links, the name comes first and the content right after.
 */
export async function createExclusively(
	path: string,
	content: string,
): Promise<boolean> {
	return attempt("write", path, () =>
		inDirectory(dirname(path), async () => {
			const { partial, handle } = await openPartial(path, dirname(path));
			try {
				await fillAndClose(handle, content);
				return await isMade(() => link(partial, path));
			} catch (error) {
				if (!hasCode(error, ...NO_LINKS)) throw error;
				return isMade(async () =>
					fillAndClose(await open(path, "wx"), content),
				);
			} finally {
				await rm(partial, { force: true });
			}
		}),
	);
}

async function isMade(make: () => Promise<void>): Promise<boolean> {
	try {
		await make();
		return true;
	} catch (error) {
		if (hasCode(error, "EEXIST")) return false;
		throw error;
	}
}

async function openPartial(
	path: string,
	directory: string,
): Promise<{ partial: string; handle: FileHandle }> {
	const word = randomBytes(6).toString("hex");
	const partial = join(directory, partialName(basename(path), word));
	// Where anything has that name, a link above all, this fails.
	return { partial, handle: await open(partial, "wx") };
}

async function fillAndClose(handle: FileHandle, content: string) {
	try {
		await writeFully(handle, Buffer.from(content));
		await handle.sync();
	} finally {
		await handle.close();
	}
}

async function writeFully(handle: FileHandle, chunk: Uint8Array) {
	let written = 0;
	while (written < chunk.length)
		written += (await handle.write(chunk, written, chunk.length - written))
			.bytesWritten;
}
