import { UsageError } from "../core/errors.js";
import { registry, unknownName } from "../core/registry.js";
import { gs } from "./gs.js";
import { hf } from "./hf.js";
import { https } from "./https.js";
import { localFiles } from "./local.js";
import { s3 } from "./s3.js";
import type { Storage } from "./storage.js";

/** Storages by the scheme of their URLs. A new one is a file in this folder and a line here. */
export const storages = registry<string, Storage>("storage", {
	file: localFiles,
	s3,
	gs,
	https,
	http: https,
	hf,
});

/** A letter alone before the colon is a drive of Windows. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * The storage of a URL, by its scheme, or of a path on this machine. It takes the
 * URL, and what is appended to it, for a path.
 * @throws UsageError `unknown-name` for a scheme that no storage has
 */
export function storageAt(location: string): Storage {
	const scheme = SCHEME.exec(location)?.[1].toLowerCase();
	if (scheme === undefined) return localFiles;
	if (!storages.has(scheme))
		throw new UsageError(
			"unknown-name",
			`${unknownName("storage", scheme, storages.names)} A file of this machine that has a colon in its name is written ./${location}.`,
		);
	return storages.find(scheme);
}

/** What a file is called by its path or URL (`Storage.nameOf`). */
export function nameAt(location: string): string {
	const storage = storageAt(location);
	return storage.nameOf?.(location) ?? storage.absolute(location);
}
