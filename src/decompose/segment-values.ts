import { optionName, UsageError } from "../core/errors.js";
import type { OptionValues } from "../core/option.js";
import { type CutName, cuts } from "./cuts.js";
import { segmentOptions } from "./segment.js";

/**
 * The options of segments that are given, for a cut that has them.
 * @throws UsageError `ignored-option` for one that has not
 */
export function segmentValues(
	name: CutName,
	values: OptionValues,
): OptionValues {
	const { options } = cuts.find(name);
	const given = Object.keys(segmentOptions)
		.filter((option) => values[option] !== undefined)
		.map((option) => [option, values[option]] as const);
	for (const [option] of given)
		if (!(option in options))
			throw new UsageError(
				"ignored-option",
				`${optionName(option)} would change nothing: documents are cut by ${name}. It goes with ${optionName("segment")}; leave it out, or give that.`,
			);
	return Object.fromEntries(given);
}
