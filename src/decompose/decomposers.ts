import { optionName } from "../core/errors.js";
import { entryOf } from "../core/option.js";
import { registry } from "../core/registry.js";
import { optionsOfEntries } from "../core/resolve-options.js";
import { binary, binaryRandom } from "./binary.js";
import type { Decomposer } from "./decomposer.js";
import { fixed } from "./fixed.js";
import { segmentsGiven } from "./given-segments.js";
import { nearest } from "./nearest.js";
import { segmentOptions, segments } from "./segment.js";
import { whole } from "./whole.js";

export const decomposerEntries = {
	binary,
	"binary-random": binaryRandom,
	fixed,
	nearest,
	whole,
	segments,
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
		defaultFrom: (_, given) => (segmentsGiven(given) ? "segments" : "binary"),
		defaultText: `binary; segments with ${optionName("segment")}`,
		help: "how documents are cut into sequences of the buckets' lengths",
	}),
	...withoutSegments(optionsOfEntries("decomposer", decomposerEntries)),
};

/** Options of segments are those of documents that are cut in any way. */
function withoutSegments<T extends object>(
	table: T,
): Omit<T, keyof typeof segmentOptions> {
	return Object.fromEntries(
		Object.entries(table).filter(([name]) => !(name in segmentOptions)),
	) as Omit<T, keyof typeof segmentOptions>;
}
