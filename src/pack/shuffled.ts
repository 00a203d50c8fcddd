import { permutation } from "../core/random.js";
import type { RowOrder } from "./row-order.js";

/** Any order is as likely as any other. */
export const shuffled: RowOrder<Record<never, never>> = {
	meaning: "at random",
	options: {},
	order: (costs, _, random) => ({
		rows: permutation(costs.length, random),
		steps: { steps: 0, imbalance: 0, bits: 0, bitsKept: 0 },
	}),
};
