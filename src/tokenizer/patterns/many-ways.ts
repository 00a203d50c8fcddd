import { type CodePointSet, intersection } from "../code-points.js";
import { mayBeEmpty, type PatternNode } from "./tree.js";

/** Characters of a pattern that are compared with each other, at most. */
const MOST_PLACES = 300;

/**
 * Whether there may be so many ways to match a text that one who tries them all, as regular expressions
 * of JavaScript do, comes to no end: in what is repeated there is a character after which more than one
 * place of the pattern may be next (A. Brueggemann-Klein and D. Wood, One-Unambiguous Regular Languages, 1998).
 */
export function hasManyWays(node: PatternNode): boolean {
	if (node.kind === "repeat" && node.most > 1 && isAmbiguous(node)) return true;
	return partsOf(node).some(hasManyWays);
}

function isAmbiguous(repeat: PatternNode & { kind: "repeat" }): boolean {
	if (repeat.part.kind === "set") return false;
	if (mayBeEmpty(repeat.part)) return true;
	const places: Place[] = [];
	const { first } = placesOf(repeat, places);
	if (places.length > MOST_PLACES) return true;
	return [first, ...places.map(({ next }) => next)].some(haveOverlap);
}

/** A character of a pattern, and those that may come next: one twice, where two ways lead to it. */
interface Place {
	set: CodePointSet;
	next: Place[];
}

/** Finds the places of a part: those that it begins with, and ends with. */
function placesOf(
	node: PatternNode,
	places: Place[],
): { first: Place[]; last: Place[] } {
	if (places.length > MOST_PLACES) return { first: [], last: [] };
	switch (node.kind) {
		case "set": {
			const place: Place = { set: node.set, next: [] };
			places.push(place);
			return { first: [place], last: [place] };
		}
		case "sequence": {
			let first: Place[] = [];
			let last: Place[] = [];
			let isEmpty = true;
			for (const part of node.parts) {
				const of = placesOf(part, places);
				for (const place of last) place.next.push(...of.first);
				if (isEmpty) first = [...first, ...of.first];
				last = mayBeEmpty(part) ? [...last, ...of.last] : of.last;
				isEmpty &&= mayBeEmpty(part);
			}
			return { first, last };
		}
		case "choice": {
			const all = node.options.map((option) => placesOf(option, places));
			return {
				first: all.flatMap(({ first }) => first),
				last: all.flatMap(({ last }) => last),
			};
		}
		case "repeat": {
			const of = placesOf(node.part, places);
			// Of a character so and so many times there is one way.
			if (
				node.most > 1 &&
				(node.part.kind !== "set" || node.least !== node.most)
			)
				for (const place of of.last) place.next.push(...of.first);
			return of;
		}
		case "atomic":
		case "group":
			return placesOf(node.part, places);
		default:
			return { first: [], last: [] };
	}
}

function haveOverlap(places: readonly Place[]): boolean {
	return places.some((place, i) =>
		places
			.slice(i + 1)
			.some(({ set }) => intersection(place.set, set).length > 0),
	);
}

function partsOf(node: PatternNode): readonly PatternNode[] {
	if ("part" in node) return [node.part];
	if (node.kind === "sequence") return node.parts;
	return node.kind === "choice" ? node.options : [];
}
