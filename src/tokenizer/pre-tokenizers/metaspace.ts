import type { Component } from "../component.js";
import { StringFinder } from "../patterns/string-finder.js";
import { LOWER_BLOCK, PREFIX } from "../spaces.js";
import { splitByMatches } from "./behaviour.js";
import type { PreTokenizer } from "./pre-tokenizer.js";

const schemes = ["always", "first", "never"] as const;
const PREFIXES = {
	always: PREFIX.unlessSpace,
	first: PREFIX.firstUnlessSpace,
	never: PREFIX.none,
};

/** Writes spaces as another character, puts one in front, and cuts before each. */
export function readMetaspace(component: Component): PreTokenizer {
	const replacement = component.character("replacement");
	const scheme = readScheme(component);
	const cuts = component.raw("split") === null || component.flag("split", true);
	return {
		type: "Metaspace",
		kernel:
			replacement === LOWER_BLOCK
				? [{ by: "spaces", prefix: PREFIXES[scheme], cuts }]
				: undefined,
		asksForFirst: scheme === "first",
		split(text, first, take) {
			let piece = text.replaceAll(" ", replacement);
			let pieceFirst = first;
			if (first > 0)
				pieceFirst = text.slice(0, first).replaceAll(" ", replacement).length;
			const isPrefixed =
				(scheme === "always" || (scheme === "first" && first !== -1)) &&
				!piece.startsWith(replacement);
			if (isPrefixed) {
				piece = replacement + piece;
				if (first !== -1) pieceFirst += replacement.length;
			}
			if (cuts)
				splitByMatches(
					piece,
					pieceFirst,
					new StringFinder(replacement),
					"MergedWithNext",
					false,
					take,
				);
			else take(piece, pieceFirst);
		},
	};
}

/** Reads the scheme, or the flag that files had before; the flag has to go with the scheme. */
function readScheme(component: Component): (typeof schemes)[number] {
	const scheme = component.choice("prepend_scheme", schemes, "always");
	const isOld = component.raw("add_prefix_space") === false;
	if (component.raw("add_prefix_space") !== null)
		component.flag("add_prefix_space", true);
	if (isOld && scheme !== "never")
		throw component.refused(
			`its "add_prefix_space" is false, and its "prepend_scheme" is ${JSON.stringify(scheme)}, where "never" goes with that`,
		);
	return scheme;
}
