import { integer } from "../core/option.js";

/** Of the packers that have a limit on the sequences of a pack. */
export const maxSequences = integer({
	least: 1,
	defaultText: "any number",
	help: "most sequences of a row",
});
