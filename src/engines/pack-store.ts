import { prepareExport, preparePack } from "../build/prepare-pack.js";
import { optionName, UsageError } from "../core/errors.js";
import type { ExportOptions, PackStoreOptions } from "../options/pack-store.js";
import { storageAt } from "../storage/storages.js";
import { type BuildResult, buildPrepared } from "./build.js";

/**
 * Packs a store by index: which tokens of which documents share a row. Writes no tokens
 * and reads none, only the documents' lengths. Stopped or killed, the same call goes on.
 * @throws UsageError `not-a-store`; else as `build` does
 */
export async function packStore(
	options: PackStoreOptions,
): Promise<BuildResult> {
	const began = performance.now();
	if (typeof options?.store === "string") await requireDirectory(options.store);
	return buildPrepared(await preparePack(options), options, began);
}

/** @throws UsageError `not-a-store` */
async function requireDirectory(store: string): Promise<void> {
	if ((await storageAt(store).stat(store))?.kind === "file")
		throw new UsageError(
			"not-a-store",
			`${store} is a file, and a store is a directory. To pack records by their lengths, name the column of these with ${optionName("lengthColumn")}.`,
		);
}

/**
 * Writes the rows of a packing with their tokens: those that building from text with the
 * same options writes.
 * @throws UsageError `not-a-packing`; DataError `store-changed`, `other-version`; else as
 * `build` does
 */
export async function exportRows(options: ExportOptions): Promise<BuildResult> {
	const began = performance.now();
	return buildPrepared(await prepareExport(options), options, began);
}
