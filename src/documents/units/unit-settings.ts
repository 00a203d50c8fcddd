import { optionName, UsageError } from "../../core/errors.js";
import { type SyntaxRule, usualSyntax } from "../../segment/syntax.js";
import type { UnitKind } from "../../segment/unit-kind.js";
import { parseUnits, unitKinds, writtenKinds } from "../../segment/units.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { UnitsOptions } from "../options.js";

/** What units of text the documents of a source have. */
export interface UnitSettings {
	/** A kind from `unitKinds`, and its argument: `regex:^#`. */
	units: string;
	/** The sum of costs that a unit has at most, where units have a cost. */
	cost?: number;
	/** Which nodes of syntax trees begin units, where these are of syntax, and the language; null: by the endings of ids and files. */
	syntax?: SyntaxRule & { language: string | null };
}

/**
 * @param holds What records are, where they are no texts.
 * @throws UsageError `unknown-name`, `bad-option`, `ignored-option`, `missing-option`
 */
export function unitSettings(
	{ segment, segmentCost, ...ofSyntax }: UnitsOptions,
	holds: { conversations: boolean; tokens: boolean },
): UnitSettings | null {
	const kind = segment === undefined ? undefined : parseUnits(segment).kind;
	const { syntaxLanguage, syntaxDepth, minLines } = ofSyntax;
	requireKind({ segmentCost }, kind, ({ haveCosts }) => haveCosts);
	requireKind(
		{ syntaxLanguage, syntaxDepth, minLines },
		kind,
		({ needsParser }) => needsParser,
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
		...(kind.needsParser && {
			syntax: {
				language: syntaxLanguage ?? null,
				depth: syntaxDepth ?? usualSyntax.depth,
				minLines: minLines ?? usualSyntax.minLines,
			},
		}),
	};
}

/** The options that come to such settings; undefined: not given. */
export function optionsOfUnits(
	settings: UnitSettings | undefined,
): Record<keyof UnitsOptions, unknown> {
	return {
		segment: settings?.units,
		segmentCost: settings?.cost,
		syntaxLanguage: settings?.syntax?.language,
		syntaxDepth: settings?.syntax?.depth,
		minLines: settings?.syntax?.minLines,
	};
}

/**
 * Checks that options are of the kind of units.
 * @throws UsageError `ignored-option`
 */
function requireKind(
	options: Readonly<Record<string, unknown>>,
	kind: UnitKind | undefined,
	has: (kind: UnitKind) => boolean | undefined,
): void {
	if (kind !== undefined && has(kind)) return;
	const due = writtenKinds.find((_, i) => has(unitKinds.entries()[i][1]));
	for (const [name, value] of Object.entries(options))
		if (value !== undefined)
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} would change nothing: it goes with ${optionName("segment", due)}. Leave it out.`,
			);
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
