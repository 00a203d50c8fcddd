import { maxSequences } from "./options.js";
import type { Packer } from "./packer.js";
import { asTheyCome } from "./sequence-orders.js";

// One sequence is within any limit.
const options = { maxSequences };

/** One sequence a row: what packing is measured against. */
export const padded: Packer<typeof options> = {
	meaning: "one sequence per row",
	options,
	fillsRows: false,
	sharesRows: false,
	repacks: false,
	pack: (lengths) => ({
		order: asTheyCome(lengths),
		packOffsets: Int32Array.from({ length: lengths.length + 1 }, (_, i) => i),
	}),
};
