import { UsageError } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { binary, binaryRandom } from "./binary.js";
import type { DecomposeOptions } from "./decompose-options.js";
import { fixed } from "./fixed.js";
import { nearest } from "./nearest.js";
import type { Pieces } from "./pieces.js";
import { whole } from "./whole.js";

/**
 * Cuts documents into sequences of a few lengths, on lengths alone, so that all
 * sequences of a batch are equally long: no padding, no mask, no document beside
 * another (H. Pouransari et al., "Dataset Decomposition", 2405.13226). Tokens in no
 * piece are the document's last ones: see `remainders`.
 * @param lengths Tokens of each document.
 * @throws UsageError `bad-buckets`
 */
export type Decomposer = (
	lengths: Int32Array,
	options: DecomposeOptions,
	random: Random,
) => Pieces;

/** Every decomposer by name. A new one is a file in this folder and a line here. */
export const decomposers: Readonly<Record<string, Decomposer>> = {
	binary,
	"binary-random": binaryRandom,
	fixed,
	nearest,
	whole,
};

/** @throws UsageError `unknown-decomposer` */
export function findDecomposer(name: string): Decomposer {
	if (!Object.hasOwn(decomposers, name))
		throw new UsageError(
			"unknown-decomposer",
			`there is no decomposer "${name}"; there are: ${Object.keys(decomposers).join(", ")}.`,
		);
	return decomposers[name];
}
