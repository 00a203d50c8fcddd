import { optionName } from "../core/errors.js";
import { entryOf, type OptionValues } from "../core/option.js";
import { registry } from "../core/registry.js";
import { optionsOfEntries } from "../core/resolve-options.js";
import { bestFit, bestFitDecreasing, bestFitPacking } from "./best-fit.js";
import { capped } from "./capped.js";
import { columnGeneration } from "./column-generation.js";
import { firstFit, firstFitDecreasing } from "./first-fit.js";
import { longestPackFirst, shortestPackFirst } from "./histogram.js";
import { concat, nextFit } from "./next-fit.js";
import type { Packer } from "./packer.js";
import { padded } from "./padded.js";
import { streaming } from "./streaming.js";

const entries = {
	"best-fit-decreasing": bestFitDecreasing,
	"best-fit": bestFit,
	"first-fit-decreasing": firstFitDecreasing,
	"first-fit": firstFit,
	"next-fit": nextFit,
	padded,
	"shortest-pack-first": shortestPackFirst,
	"longest-pack-first": longestPackFirst,
	capped,
	streaming,
	"column-generation": columnGeneration,
	"best-fit-packing": bestFitPacking,
	concat,
};

export type PackerName = keyof typeof entries;

/** Every packer by name. A new one is a file in this folder and a line here. */
export const packers = registry<PackerName, Packer>("packer", entries);

/** The packer where none is asked for. */
export function usualPacker(
	_: OptionValues,
	{ maxSequences }: OptionValues,
): PackerName {
	return maxSequences === undefined ? "best-fit-decreasing" : "capped";
}

/** The options of packing sequences into rows. */
export const packTable = {
	packer: entryOf(packers, {
		defaultFrom: usualPacker,
		defaultText: `best-fit-decreasing, or capped with ${optionName("maxSequences")}`,
		help: "how sequences are put into rows",
	}),
	...optionsOfEntries("packer", entries),
};
