import { parseJson } from "../core/json.js";
import type { Shape } from "../core/shape.js";
import { isObject } from "../core/values.js";
import { isPlainPath } from "../storage/confined.js";
import { readAll, type Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	FORMAT_VERSION,
	filesOf,
	MANIFEST,
	type Manifest,
} from "./manifest.js";
import { manifestOfAnyVersion, manifestShape } from "./manifest-shape.js";

const shapeOf = ({ formatVersion }: Manifest): Shape =>
	formatVersion === FORMAT_VERSION ? manifestShape : manifestOfAnyVersion;

/** The manifest in a directory, of any version; null where there is none of ours, or a damaged one. */
export function findManifest(directory: string): Promise<Manifest | null> {
	return readOurs<Manifest>(
		storageAt(directory),
		`${directory}/${MANIFEST}`,
		shapeOf,
	);
}

/** Whether the manifest in a directory is one of ours that cannot be used. */
export async function isManifestDamaged(directory: string): Promise<boolean> {
	const manifest = await anyOfOurs<Manifest>(
		storageAt(directory),
		`${directory}/${MANIFEST}`,
	);
	return manifest !== null && shapeOf(manifest)(manifest) !== null;
}

/** The paths that the manifest in a directory lists, also a damaged one, as far as they are below it. */
export async function listedPaths(directory: string): Promise<string[]> {
	const manifest = await anyOfOurs<Record<string, unknown>>(
		storageAt(directory),
		`${directory}/${MANIFEST}`,
	);
	const lists = Object.entries(manifest ?? {}).map(([name, value]) => [
		name,
		Array.isArray(value)
			? value.filter(isObject)
			: isObject(value)
				? value
				: [],
	]);
	return filesOf(Object.fromEntries(lists))
		.map(({ path }) => path)
		.filter(isPlainPath);
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
	const value = await anyOfOurs<T>(storage, path);
	return value !== null && shapeOf(value)(value) === null ? value : null;
}

/** The same, whatever else it has than what both have. */
async function anyOfOurs<T>(storage: Storage, path: string): Promise<T | null> {
	if ((await storage.stat(path))?.kind !== "file") return null;
	try {
		const value = parseJson((await readAll(storage, path)).toString("utf8"));
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
