import { optionName, UsageError } from "../core/errors.js";
import { registry } from "../core/registry.js";
import { lineStarts } from "./lines.js";
import { matchFinder } from "./matches.js";
import { capitalParagraphStarts, paragraphStarts } from "./paragraphs.js";
import { sentenceStarts } from "./sentence.js";
import type { UnitFinder, UnitKind } from "./unit-kind.js";

const entries = {
	sentence: {
		meaning: "sentences in any language, by the rules of Unicode 16",
		finder: () => sentenceStarts,
	},
	paragraph: {
		meaning: "paragraphs, which blank lines end",
		finder: () => paragraphStarts,
	},
	"capital-paragraph": {
		meaning:
			"paragraphs that begin with a capital letter; others join the one before",
		finder: () => capitalParagraphStarts,
	},
	line: { meaning: "lines", finder: () => lineStarts },
	syntax: {
		meaning: "parts of source code: nodes of its syntax tree",
		needsParser: true,
	},
	regex: {
		meaning: "what begins at each match of a regular expression",
		argument: "expression",
		finder: matchFinder,
	},
	message: { meaning: "turns of conversations", areTurns: true },
	token: { meaning: "tokens", areTokens: true },
	cost: {
		meaning:
			"runs of tokens of about one cost, which a field has for each token",
		argument: "field",
		haveCosts: true,
		usualUnits: 1,
	},
};

/** Every kind of units. A new one is a file in this folder and a line here. */
export const unitKinds = registry<keyof typeof entries, UnitKind>(
	"kind of units",
	entries,
);

/** The kinds as they are written: `regex:<expression>`. */
export const writtenKinds = unitKinds
	.entries()
	.map(([name, { argument }]) =>
		argument === undefined ? name : `${name}:<${argument}>`,
	);

/** A kind, and what is written after its colon. */
export interface Units {
	name: string;
	kind: UnitKind;
	argument: string;
}

/**
 * Reads the name of a kind, with its argument after a colon.
 * @throws UsageError `unknown-name`, `bad-option`
 */
export function parseUnits(written: string): Units {
	const colon = written.indexOf(":");
	const name = colon === -1 ? written : written.slice(0, colon);
	const argument = colon === -1 ? "" : written.slice(colon + 1);
	const kind = unitKinds.find(name);
	if (
		(kind.argument === undefined) !== (colon === -1) ||
		colon === written.length - 1
	)
		throw new UsageError(
			"bad-option",
			kind.argument === undefined
				? `${optionName("segment")} is ${written}, and ${name} stands alone: give ${name}.`
				: `${optionName("segment")} is ${written}: write the ${kind.argument} after it, as in ${name}:<${kind.argument}>.`,
		);
	kind.finder?.(argument);
	return { name, kind, argument };
}

/**
 * Where the units of a text begin, in bytes: see `UnitFinder`.
 * @param units A kind that finds them in a text alone, such as `sentence` or `regex:^#`.
 * @throws UsageError `unknown-name`, `bad-option`
 */
export function unitStarts(
	text: string | Uint8Array,
	units: string,
): Int32Array {
	const { kind, argument } = parseUnits(units);
	const finder: UnitFinder | undefined = kind.finder?.(argument);
	if (finder === undefined)
		throw new UsageError(
			"bad-option",
			`units of the kind ${units} are not found in a text alone: give one of ${unitKinds
				.where(({ finder }) => finder !== undefined)
				.join(", ")}.`,
		);
	return finder(
		typeof text === "string" ? new TextEncoder().encode(text) : text,
	);
}
