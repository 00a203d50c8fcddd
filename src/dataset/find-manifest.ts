import type { Shape } from "../core/shape.js";
import { isObject } from "../core/values.js";
import { readAll, type Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { FORMAT_VERSION, MANIFEST, type Manifest } from "./manifest.js";
import { manifestOfAnyVersion, manifestShape } from "./manifest-shape.js";

/** The manifest in a directory, of any version; null where there is none of ours. */
export function findManifest(directory: string): Promise<Manifest | null> {
	return readOurs<Manifest>(
		storageAt(directory),
		`${directory}/${MANIFEST}`,
		({ formatVersion }) =>
			formatVersion === FORMAT_VERSION ? manifestShape : manifestOfAnyVersion,
	);
}

/**
 * A manifest or the plan of a build at a path; null where there is none of ours.
 * @param shapeOf What one of ours has, given what both have.
 */
export async function readOurs<T extends object>(
	storage: Storage,
	path: string,
	shapeOf: (value: T) => Shape,
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
		return isOurs && shapeOf(value)(value) === null ? value : null;
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
