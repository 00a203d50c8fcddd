import { sha256OfFile } from "../storage/hash.js";
import type { Storage } from "../storage/storage.js";
import { isGone } from "../storage/system-errors.js";
import type { DatasetFile } from "./manifest.js";

export const MISSING = "is missing";
export const OTHER_SHA256 = "has another SHA-256 than the manifest says";

/**
 * What tells a file from the one that the manifest lists, its SHA-256 included, as what follows
 * the file's path in a sentence; null where nothing does.
 */
export async function faultOfFile(
	storage: Storage,
	directory: string,
	file: DatasetFile,
): Promise<string | null> {
	const fault = await faultOfSize(storage, directory, file);
	if (fault !== null) return fault;
	try {
		const found = await sha256OfFile(storage, `${directory}/${file.path}`);
		return found.sha256 === file.sha256 ? null : OTHER_SHA256;
	} catch (error) {
		// Gone, or a directory, since then.
		if (isGone(error)) return MISSING;
		throw error;
	}
}

/** The same without its content. */
export async function faultOfSize(
	storage: Storage,
	directory: string,
	{ path, bytes }: DatasetFile,
): Promise<string | null> {
	const found = await storage.stat(`${directory}/${path}`);
	if (found?.kind !== "file") return MISSING;
	return found.size === bytes
		? null
		: `has ${found.size} bytes; the manifest says ${bytes}`;
}
