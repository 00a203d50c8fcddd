import type { OptionValues } from "../core/option.js";
import { isObject } from "../core/values.js";
import { unitKinds } from "../segment/units.js";

/** Whether options ask for segments, for all documents or those of a source. */
export function segmentsGiven(given: OptionValues): boolean {
	return kindsGiven(given).length > 0;
}

/** Whether they ask for segments of conversations. */
export function turnSegmentsGiven(given: OptionValues): boolean {
	const areTurns = unitKinds.where((kind) => kind.areTurns === true);
	return kindsGiven(given).some((kind) =>
		(areTurns as readonly unknown[]).includes(kind),
	);
}

function kindsGiven({ segment, sources }: OptionValues): unknown[] {
	return [
		segment,
		...(Array.isArray(sources) ? sources : []).map((source) =>
			isObject(source) ? source.segment : undefined,
		),
	].filter((kind) => kind !== undefined);
}
