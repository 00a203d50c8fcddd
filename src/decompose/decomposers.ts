import { entryOf } from "../core/option.js";
import { registry } from "../core/registry.js";
import { optionsOfEntries } from "../core/resolve-options.js";
import { binary, binaryRandom } from "./binary.js";
import type { Decomposer } from "./decomposer.js";
import { fixed } from "./fixed.js";
import { nearest } from "./nearest.js";
import { whole } from "./whole.js";

export const decomposerEntries = {
	binary,
	"binary-random": binaryRandom,
	fixed,
	nearest,
	whole,
};

/**
 * Every decomposer by name: they cut documents into sequences of a few lengths, so that
 * all sequences of a batch are equally long, without padding, masks, or a document
 * beside another (H. Pouransari et al., "Dataset Decomposition", 2405.13226). A new one
 * is a file in this folder and a line here.
 */
export const decomposers = registry<keyof typeof decomposerEntries, Decomposer>(
	"decomposer",
	decomposerEntries,
);

/** The options of decomposing documents into buckets. */
export const decomposeTable = {
	decomposer: entryOf(decomposers, {
		default: "binary",
		help: "how documents are cut into sequences of the buckets' lengths",
	}),
	...optionsOfEntries("decomposer", decomposerEntries),
};
