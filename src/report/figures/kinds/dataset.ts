import { readManifest } from "../../../dataset/read-manifest.js";
import { written } from "../../written.js";
import { emptyFigures } from "../empty-figures.js";
import type { FigureReader } from "../figure-kind.js";

export const dataset: FigureReader = {
	meaning: "a dataset, a store, or a packing of one",
	find: async (path, storage) =>
		(await storage.stat(`${path}/${written.dataset}`)) !== null,
	async read(path) {
		await readManifest(path);
		return emptyFigures("dataset", path);
	},
};
