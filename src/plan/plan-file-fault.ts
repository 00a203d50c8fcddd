import type { DatasetFile } from "../dataset/manifest.js";
import { sha256OfFile } from "../storage/hash.js";
import type { Storage } from "../storage/storage.js";

/**
 * Bytes of a file on another machine up to which all of it is read to be compared: of a larger
 * one each rank would wait for much more than its steps.
 */
const MOST_FAR = 1 << 25;

/**
 * What tells a file beside a plan from the one that was written with it, as what follows its
 * path in a sentence; null where nothing does. Its SHA-256 is compared, but of a large file on another machine.
 */
export async function faultOfPlanFile(
	storage: Storage,
	directory: string,
	{ path, bytes, sha256 }: DatasetFile,
): Promise<string | null> {
	const full = `${directory}/${path}`;
	const found = await storage.stat(full);
	if (found === null) return "is missing";
	if (found.size !== bytes) return `has ${found.size} bytes of ${bytes}`;
	const isFar = storage.readWhole !== undefined;
	if (isFar && bytes > MOST_FAR) return null;
	return (await sha256OfFile(storage, full)).sha256 === sha256
		? null
		: "has another SHA-256 than the plan says";
}
