import type { Given } from "../core/option.js";
import { resolveOptions } from "../core/resolve-options.js";
import { packers, packTable } from "./packers.js";
import { checkLengths, type Packing } from "./packing.js";

export type PackOptions = Given<typeof packTable>;

/**
 * Packs sequences into rows of `capacity` tokens, on lengths alone.
 * @param lengths Tokens of each sequence, each in 1..capacity.
 * @throws UsageError for options that cannot be; DataError `bad-sequence-length`
 */
export function pack(
	lengths: Int32Array,
	capacity: number,
	options: PackOptions = {},
): Packing {
	const values = resolveOptions(packTable, options);
	checkLengths(lengths, capacity);
	return packers.find(values.packer).pack(lengths, capacity, values);
}
