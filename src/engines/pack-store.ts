import { prepareExport, preparePack } from "../build/prepare-pack.js";
import { optionName, UsageError } from "../core/errors.js";
import { MANIFEST } from "../dataset/manifest.js";
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
	const prepared = await preparePack(options).catch((error) =>
		refuse(options.store, error),
	);
	return buildPrepared(prepared, options, began);
}

/** Throws an error of a store; of what is there and no store, with what else it may be. */
async function refuse(store: string, error: unknown): Promise<never> {
	const isNone = error instanceof UsageError && error.code === "not-a-dataset";
	if (isNone && (await storageAt(store).stat(store)) !== null)
		throw new UsageError(
			"not-a-store",
			`${store} is not a store: that is a directory with ${MANIFEST}. To pack records by their lengths, name the column of these with ${optionName("lengthColumn")}.`,
		);
	throw error;
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
