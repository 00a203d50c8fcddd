import { UsageError } from "../core/errors.js";
import { bestFitDecreasing } from "./best-fit-decreasing.js";
import type { Packer, Packing } from "./packing.js";

/** Every packer by name. A new one is a file in this folder and a line here. */
export const packers: Readonly<Record<string, Packer>> = {
	"best-fit-decreasing": bestFitDecreasing,
};

export interface PackOptions {
	/** A name from `packers`; default `best-fit-decreasing`. */
	packer?: string;
}

/**
 * Packs sequences into rows of `capacity` tokens, on lengths alone.
 * @param lengths Tokens of each sequence, each in 1..capacity.
 * @throws UsageError `unknown-packer`, `bad-capacity`; DataError `bad-sequence-length`
 */
export function pack(
	lengths: Int32Array,
	capacity: number,
	options: PackOptions = {},
): Packing {
	return findPacker(options.packer ?? "best-fit-decreasing")(lengths, capacity);
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
