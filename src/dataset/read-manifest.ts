import { DataError, UsageError } from "../core/errors.js";
import { shapeFault } from "../core/shape.js";
import { parseSignedJson } from "../storage/signed-json.js";
import { readAll, type Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { FORMAT_VERSION, MANIFEST, type Manifest } from "./manifest.js";
import { manifestShape } from "./manifest-shape.js";

/**
 * Reads the manifest of the dataset in a directory.
 * @throws UsageError `not-a-dataset`, `unfinished`; DataError `bad-manifest`
 */
export async function readManifest(directory: string): Promise<Manifest> {
	const storage = storageAt(directory);
	const path = `${directory}/${MANIFEST}`;
	// Where one request gives all of a file, it is the only one.
	const content = await storage.readWhole?.(path);
	if (content == null) await requireManifest(storage, directory);
	let read: ReturnType<typeof parseSignedJson>;
	try {
		const bytes = content ?? (await readAll(storage, path));
		read = parseSignedJson(bytes, "beside");
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw badManifest(path, `it is not JSON (${error.message})`);
	}
	const manifest = read.value as Manifest;
	const fault = faultOf(manifest) ?? read.fault;
	if (fault !== null) throw badManifest(path, fault);
	return manifest;
}

/** @throws UsageError `not-a-dataset`, `unfinished` */
async function requireManifest(
	storage: Storage,
	directory: string,
): Promise<void> {
	const found = await storage.stat(directory);
	if (found?.kind !== "directory")
		throw new UsageError(
			"not-a-dataset",
			found === null
				? `there is no directory ${directory}.`
				: `${directory} is a file: name the directory of a dataset.`,
		);
	if ((await storage.stat(`${directory}/${MANIFEST}`)) === null) {
		const unfinished = (await storage.list(directory)).includes(".seqpack");
		throw new UsageError(
			unfinished ? "unfinished" : "not-a-dataset",
			unfinished
				? `the build of ${directory} is not finished: run its seqpack build command again.`
				: `${directory} is not a dataset of seqpack: it has no ${MANIFEST}.`,
		);
	}
}

/** What keeps a manifest from being used; null where nothing does. */
function faultOf(manifest: Manifest): string | null {
	if (typeof manifest?.formatVersion !== "number")
		return "it has no formatVersion";
	if (manifest.formatVersion !== FORMAT_VERSION)
		return `its format version is ${manifest.formatVersion}, and this seqpack reads version ${FORMAT_VERSION}`;
	return shapeFault(manifestShape, manifest);
}

function badManifest(path: string, why: string): DataError {
	return new DataError(
		"bad-manifest",
		`${path} cannot be used: ${why}. Build the dataset again, or use the version of seqpack that made it.`,
	);
}
