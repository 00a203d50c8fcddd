import { UsageError } from "../core/errors.js";
import { bestFit } from "./best-fit.js";
import { bestFitDecreasing } from "./best-fit-decreasing.js";
import { capped } from "./capped.js";
import { columnGeneration } from "./column-generation.js";
import { firstFit, firstFitDecreasing } from "./first-fit.js";
import { longestPackFirst, shortestPackFirst } from "./histogram.js";
import { nextFit } from "./next-fit.js";
import type { Packer, PackerOptions, Packing } from "./packing.js";
import { padded } from "./padded.js";
import { streaming } from "./streaming.js";

/** Every packer by name. A new one is a file in this folder and a line here. */
export const packers: Readonly<Record<string, Packer>> = {
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
};

export interface PackOptions extends PackerOptions {
	/** A name from `packers`; default `best-fit-decreasing`, or `capped` with a limit on sequences. */
	packer?: string | undefined;
}

/**
 * Packs sequences into rows of `capacity` tokens, on lengths alone.
 * @param lengths Tokens of each sequence, each in 1..capacity.
 * @throws UsageError `unknown-packer`, `bad-capacity`, `bad-max-sequences`;
 * DataError `bad-sequence-length`
 */
export function pack(
	lengths: Int32Array,
	capacity: number,
	options: PackOptions = {},
): Packing {
	return findPacker(packerName(options))(lengths, capacity, options);
}

/** The packer that the options come to. */
export function packerName({ packer, maxSequences }: PackOptions): string {
	return (
		packer ?? (maxSequences === undefined ? "best-fit-decreasing" : "capped")
	);
}

/** @throws UsageError `unknown-packer` */
export function findPacker(name: string): Packer {
	const packer = Object.hasOwn(packers, name) ? packers[name] : undefined;
	if (packer === undefined)
		throw new UsageError(
			"unknown-packer",
			`there is no packer "${name}"; there are: ${Object.keys(packers).join(", ")}.`,
		);
	return packer;
}
