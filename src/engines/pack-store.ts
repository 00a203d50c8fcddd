import { prepareExport, preparePack } from "../build/prepare-pack.js";
import type { ExportOptions, PackStoreOptions } from "../options/pack-store.js";
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
	return buildPrepared(await preparePack(options), options, began);
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
