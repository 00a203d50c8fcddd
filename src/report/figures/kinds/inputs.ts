import { readManifest } from "../../../dataset/read-manifest.js";
import { findOptionsOf, readingTable } from "../../../documents/options.js";
import { findInputs } from "../../../sources/find/find-inputs.js";
import { STATE } from "../../../storage/locked-directory.js";
import { storageAt } from "../../../storage/storages.js";
import { corpusFigures } from "../corpus.js";
import type { FigureReader } from "../figure-kind.js";
import { tokenFileFigures, tokenFilesOf } from "../token-files.js";

const readingOptions = Object.keys(
	readingTable,
) as (keyof typeof readingTable)[];

/** Files of records, in whatever format: of tokens, or of texts. */
export const inputs: FigureReader = {
	meaning: "files of tokens, such as a shard, or of texts",
	options: ["rows", "document", ...readingOptions],
	// What nothing else is; reading says it where nothing is there.
	find: async () => true,
	async read(path, settings) {
		// A build that is not finished is no corpus: that is what is said.
		const storage = storageAt(path);
		if (
			(await storage.stat(path))?.kind === "directory" &&
			(await storage.list(path)).includes(STATE)
		)
			await readManifest(path);
		const { files } = await findInputs([path], findOptionsOf(settings));
		const tokens = await tokenFilesOf(files);
		return tokens === null
			? corpusFigures(path, settings)
			: tokenFileFigures(path, tokens, settings);
	},
};
