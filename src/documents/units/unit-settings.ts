import { optionName, UsageError } from "../../core/errors.js";
import { parseUnits, unitKinds, writtenKinds } from "../../segment/units.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { UnitsOptions } from "../options.js";

/** What units of text the documents of a source have. */
export interface UnitSettings {
	/** A kind from `unitKinds`, and its argument: `regex:^#`. */
	units: string;
	/** The sum of costs that a unit has at most, where units have a cost. */
	cost?: number;
}

/**
 * @param holds What records are, where they are no texts.
 * @throws UsageError `unknown-name`, `bad-option`, `ignored-option`, `missing-option`
 */
export function unitSettings(
	{ segment, segmentCost }: UnitsOptions,
	holds: { conversations: boolean; tokens: boolean },
): UnitSettings | null {
	const kind = segment === undefined ? undefined : parseUnits(segment).kind;
	if (segmentCost !== undefined && kind?.haveCosts !== true)
		throw new UsageError(
			"ignored-option",
			`${optionName("segmentCost")} would change nothing: it goes with ${optionName(
				"segment",
				writtenKinds.find((_, i) => unitKinds.entries()[i][1].haveCosts),
			)}. Leave it out.`,
		);
	if (segment === undefined || kind === undefined) return null;
	if (kind.haveCosts) {
		if (segmentCost === undefined)
			throw new UsageError(
				"missing-option",
				`${optionName("segmentCost")} is missing: give the sum of costs that a unit has at most.`,
			);
		if (!(segmentCost > 0))
			throw new UsageError(
				"bad-option",
				`${optionName("segmentCost")} is ${segmentCost}: give a number above 0.`,
			);
	}
	if (holds.conversations !== (kind.areTurns ?? false))
		throw new UsageError(
			"bad-option",
			holds.conversations
				? `${optionName("segment")} is ${segment}, and conversations are cut between turns only: give ${optionName("segment", unitKinds.where(({ areTurns }) => areTurns === true)[0])}.`
				: `${optionName("segment")} is ${segment}, and the records are no conversations: give ${optionName("loss")} or ${optionName("conversations")}, or another kind of units.`,
		);
	if (holds.tokens) requireTokenUnits(segment);
	return {
		units: segment,
		...(segmentCost !== undefined && { cost: segmentCost }),
	};
}

/**
 * Checks that units can be found in what documents are.
 * @throws UsageError `bad-option`
 */
export function requireUnits(
	units: UnitSettings | undefined,
	{ takesIds = false }: Pick<Tokenizer, "takesIds">,
): void {
	if (units !== undefined && takesIds) requireTokenUnits(units.units);
}

function requireTokenUnits(segment: string): void {
	if (!parseUnits(segment).kind.areTokens)
		throw new UsageError(
			"bad-option",
			`${optionName("segment")} is ${segment}, and the input is token ids, which have no such units: give ${optionName("segment", unitKinds.where(({ areTokens }) => areTokens === true)[0])}, or leave it out.`,
		);
}

/** Whether documents with such units are cut at some places alone. */
export function areCutAnywhere({ units }: UnitSettings): boolean {
	return parseUnits(units).kind.areTokens === true;
}

/** Units that a segment has where nothing is said; undefined: as many as fit. */
export function usualUnits({ units }: UnitSettings): number | undefined {
	return parseUnits(units).kind.usualUnits;
}
