import { sha256OfFile } from "../storage/hash.js";
import type { Storage } from "../storage/storage.js";
import type { DatasetFile } from "./manifest.js";

/**
 * What tells a file from the one that the manifest lists, its SHA-256 included, as what follows
 * the file's path in a sentence; null where nothing does.
 */
export async function faultOfFile(
	storage: Storage,
	directory: string,
	{ path, bytes, sha256 }: DatasetFile,
): Promise<string | null> {
	const full = `${directory}/${path}`;
	const found = await storage.stat(full);
	if (found?.kind !== "file") return "is missing";
	if (found.size !== bytes)
		return `has ${found.size} bytes; the manifest says ${bytes}`;
	return (await sha256OfFile(storage, full)).sha256 === sha256
		? null
		: "has another SHA-256 than the manifest says";
}
