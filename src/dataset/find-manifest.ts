import { isObject } from "../core/values.js";
import { readAll, type Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { MANIFEST, type Manifest } from "./manifest.js";

/** The manifest in a directory, of any version; null where there is none of ours. */
export function findManifest(directory: string): Promise<Manifest | null> {
	return readOurs<Manifest>(storageAt(directory), `${directory}/${MANIFEST}`);
}

/** A manifest or the plan of a build at a path; null where there is none of ours. */
export async function readOurs<T>(
	storage: Storage,
	path: string,
): Promise<T | null> {
	if ((await storage.stat(path))?.kind !== "file") return null;
	try {
		const value = JSON.parse((await readAll(storage, path)).toString("utf8"));
		if (isObject(value)) delete value.sha256;
		// Something else may be called the same: it has not what both of ours have.
		const isOurs =
			/^[0-9a-f]{64}$/.test(value?.planHash) &&
			isObject(value.settings) &&
			isObject(value.tokenizer) &&
			Array.isArray(value.inputs);
		return isOurs ? value : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
