import type { Grouping } from "../grouping.js";

export const whole: Grouping = {
	meaning: "all records, as something to draw from: they must fit into memory",
	options: {},
	prepare: () => ({ kind: "keyed", fields: [], keyOf: () => "all" }),
};
