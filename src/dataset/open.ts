import { DataError, UsageError } from "../core/errors.js";
import { readAll, type Storage } from "../storage/storage.js";
import { FORMAT_VERSION, MANIFEST, type Manifest } from "./manifest.js";

/**
 * Reads a dataset's manifest.
 * @throws UsageError `not-a-dataset`, `unfinished`; DataError `bad-manifest`
 */
export async function openDataset(
	storage: Storage,
	directory: string,
): Promise<Manifest> {
	const path = `${directory}/${MANIFEST}`;
	if ((await storage.stat(directory))?.kind !== "directory")
		throw new UsageError(
			"not-a-dataset",
			`there is no directory ${directory}.`,
		);
	if ((await storage.stat(path)) === null) {
		const unfinished = (await storage.list(directory)).includes(".seqpack");
		throw new UsageError(
			unfinished ? "unfinished" : "not-a-dataset",
			unfinished
				? `the build of ${directory} is not finished: run its seqpack build command again.`
				: `${directory} is not a dataset of seqpack: it has no ${MANIFEST}.`,
		);
	}
	let manifest: Manifest;
	try {
		manifest = JSON.parse((await readAll(storage, path)).toString("utf8"));
	} catch (error) {
		throw badManifest(path, `it is not JSON (${(error as Error).message})`);
	}
	if (typeof manifest?.formatVersion !== "number")
		throw badManifest(path, "it has no formatVersion");
	if (manifest.formatVersion !== FORMAT_VERSION)
		throw badManifest(
			path,
			`its format version is ${manifest.formatVersion}, and this seqpack reads version ${FORMAT_VERSION}`,
		);
	for (const key of ["settings", "totals", "tokenizer"] as const)
		if (typeof manifest[key] !== "object" || manifest[key] === null)
			throw badManifest(path, `its "${key}" is missing`);
	for (const key of ["shards", "index", "inputs"] as const)
		if (!Array.isArray(manifest[key]))
			throw badManifest(path, `its "${key}" is missing`);
	return manifest;
}

function badManifest(path: string, why: string): DataError {
	return new DataError(
		"bad-manifest",
		`${path} cannot be used: ${why}. Build the dataset again, or use the version of seqpack that made it.`,
	);
}
