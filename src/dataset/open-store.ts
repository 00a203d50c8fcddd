import { isAbsolute, normalize, relative } from "node:path";
import { DataError } from "../core/errors.js";
import { storageAt } from "../storage/storages.js";
import type { Manifest, ManifestStore } from "./manifest.js";
import { readManifest } from "./read-manifest.js";

/** A store of tokenized documents, and where it is. */
export interface OpenStore {
	directory: string;
	manifest: Manifest;
}

const isUrl = (path: string) => /^[a-z][a-z0-9+.-]+:\/\//i.test(path);

/** The path of a store as its packings name it: from their directory where both are on this machine. */
export function pathOfStore(store: string, packing: string): string {
	if (isUrl(store) || isUrl(packing)) return storageAt(store).absolute(store);
	return relative(packing, store);
}

/**
 * The store that has the tokens of a packing.
 * @param packing The packing's directory.
 * @throws UsageError as `readManifest` does; DataError `store-changed`
 */
export async function openStore(
	packing: string,
	{ path, planHash }: ManifestStore,
): Promise<OpenStore> {
	const directory =
		isUrl(path) || isAbsolute(path)
			? path
			: normalize(`${packing}/${path}`).replace(/(?<=.)\/+$/, "");
	const manifest = await readManifest(directory);
	if (manifest.planHash !== planHash)
		throw new DataError(
			"store-changed",
			`${directory} is not the store that ${packing} is an index of: it was built anew (its planHash begins with ${manifest.planHash.slice(0, 12)}, and was ${planHash.slice(0, 12)}). Pack it again with seqpack pack, which reads no tokens.`,
		);
	return { directory, manifest };
}
