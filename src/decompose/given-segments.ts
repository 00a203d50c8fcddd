import type { OptionValues } from "../core/option.js";
import { isObject } from "../core/values.js";

/** Whether options ask for segments, for all documents or those of a source. */
export function segmentsGiven({ segment, sources }: OptionValues): boolean {
	return (
		segment !== undefined ||
		(Array.isArray(sources) &&
			sources.some(
				(source) => isObject(source) && source.segment !== undefined,
			))
	);
}
