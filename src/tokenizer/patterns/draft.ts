import { union } from "../code-points.js";
import { foldOf, sameButCase, unfoldsOf } from "./case-folding.js";
import { PatternError, unknownHere } from "./pattern-error.js";
import type { PatternNode } from "./tree.js";

/**
 * A regular expression while it is read. Characters that follow each other are one text, since letters
 * of it may fold together ("ss" to "ß").
 */
export type Draft =
	| Exclude<
			PatternNode,
			{ part: PatternNode } | { kind: "sequence" | "choice" }
	  >
	| { kind: "letters"; points: number[]; foldsCase: boolean }
	| { kind: "sequence"; parts: Draft[] }
	| { kind: "choice"; options: Draft[] }
	| {
			kind: "repeat";
			part: Draft;
			least: number;
			most: number;
			isLazy: boolean;
	  }
	| { kind: "atomic"; part: Draft }
	| { kind: "look"; part: Draft; isBehind: boolean; isNegative: boolean }
	| { kind: "group"; number: number; part: Draft }
	/** A group that sets options. */
	| { kind: "options"; part: Draft };

/** The tree of a draft. @param capturing Whether groups without a name have numbers. */
export function finish(draft: Draft, capturing: boolean): PatternNode {
	const visit = (node: Draft, isBehind: boolean): PatternNode => {
		switch (node.kind) {
			case "letters":
				return sequence(
					node.foldsCase
						? foldedText(node.points, isBehind)
						: node.points.map(single),
				);
			case "sequence":
				return sequence(
					joinTexts(node.parts).map((part) => visit(part, isBehind)),
				);
			case "choice":
				return {
					kind: "choice",
					options: node.options.map((option) => visit(option, isBehind)),
				};
			case "options":
				return visit(node.part, isBehind);
			case "look":
				if (node.isBehind) checkBehind(node.part, node.isNegative, capturing);
				return { ...node, part: visit(node.part, isBehind || node.isBehind) };
			case "repeat":
			case "atomic":
			case "group":
				return { ...node, part: visit(node.part, isBehind) };
			default:
				return node;
		}
	};
	return visit(draft, false);
}

function sequence(parts: PatternNode[]): PatternNode {
	return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
}

function single(point: number): PatternNode {
	return { kind: "set", set: [point, point + 1] };
}

function anyOf(points: readonly number[]): PatternNode {
	return {
		kind: "set",
		set: union(points.map((point) => [point, point + 1])),
	};
}

function joinTexts(parts: readonly Draft[]): Draft[] {
	const joined: Draft[] = [];
	for (const part of parts) {
		const last = joined.at(-1);
		if (
			part.kind === "letters" &&
			last?.kind === "letters" &&
			part.foldsCase === last.foldsCase
		)
			joined[joined.length - 1] = {
				...last,
				points: [...last.points, ...part.points],
			};
		else joined.push(part);
	}
	return joined;
}

/** A text in any case, as Oniguruma has it: up to three characters may match one that folds to them. */
function foldedText(points: readonly number[], isBehind: boolean) {
	const parts: PatternNode[] = [];
	const folded = points.map((point) => {
		const fold = foldOf(point);
		return fold.length === 1 ? fold[0] : point;
	});
	for (let i = 0; i < points.length; ) {
		let length = 1;
		let joined: readonly number[] = [];
		if (!isBehind)
			for (length = 3; length > 1; length--) {
				if (i + length > points.length) continue;
				joined = unfoldsOf(folded.slice(i, i + length));
				if (joined.length > 0) break;
			}
		if (length > 1) {
			const apart = folded.slice(i, i + length);
			parts.push(together(joined, apart));
		} else {
			const fold = foldOf(points[i]);
			if (fold.length === 1 || isBehind)
				parts.push(anyOf(sameButCase(points[i])));
			else parts.push(together(sameButCase(points[i]), fold));
		}
		i += length;
	}
	return parts;
}

/** One of the characters, or those that they fold to in any case. */
export function together(
	joined: readonly number[],
	fold: readonly number[],
): PatternNode {
	return {
		kind: "choice",
		options: [
			{
				kind: "sequence",
				parts: fold.map((point) => anyOf(sameButCase(point))),
			},
			anyOf(joined),
		],
	};
}

/** @throws PatternError for what Oniguruma, or this matcher, takes in no look-behind. */
function checkBehind(
	node: Draft,
	isNegative: boolean,
	capturing: boolean,
): void {
	const invalid = (what: string) =>
		new PatternError(`has ${what} in a look-behind, where it cannot be`);
	switch (node.kind) {
		case "look":
			if (!node.isBehind) throw invalid("a look-ahead");
			if (node.isNegative && !isNegative)
				throw invalid("a negative look-behind");
			break;
		case "group":
			if (isNegative && capturing) throw invalid("a group that captures");
			break;
		case "place":
			if (node.at === "text-end" || node.at === "last-line-end")
				throw invalid("the end of the text");
			break;
		case "atomic":
			throw unknownHere("an atomic group in a look-behind");
		case "same-again":
		case "match-start":
			throw unknownHere("a back reference in a look-behind");
	}
	if (node.kind === "sequence")
		for (const part of node.parts) checkBehind(part, isNegative, capturing);
	else if (node.kind === "choice")
		for (const part of node.options) checkBehind(part, isNegative, capturing);
	else if ("part" in node) checkBehind(node.part, isNegative, capturing);
}
