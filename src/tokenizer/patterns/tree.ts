import type { CodePointSet } from "../code-points.js";

/** Where an anchor matches. */
export type Place =
	| "text-start"
	| "text-end"
	/** The end, or a line feed that ends the text. */
	| "last-line-end"
	| "line-start"
	| "line-end"
	/** Where the search for a match began. */
	| "search-start";

/** A regular expression, parsed. Letters of both cases are sets already. */
export type PatternNode =
	/** One character of the set. */
	| { kind: "set"; set: CodePointSet }
	| { kind: "sequence"; parts: PatternNode[] }
	/** The first that leads to a match. */
	| { kind: "choice"; options: PatternNode[] }
	/** An infinite `most`: without end. A round that matches nothing ends it. */
	| {
			kind: "repeat";
			part: PatternNode;
			least: number;
			most: number;
			isLazy: boolean;
	  }
	/** Its first match is the only one. */
	| { kind: "atomic"; part: PatternNode }
	/** Whether the part matches ahead of here, or behind; takes no text. */
	| {
			kind: "look";
			part: PatternNode;
			isBehind: boolean;
			isNegative: boolean;
	  }
	| { kind: "place"; at: Place }
	/** Between a character of the set and one that is not. */
	| { kind: "border"; set: CodePointSet; isNegative: boolean }
	| { kind: "group"; number: number; part: PatternNode }
	/** What the last of these groups that has matched did match. */
	| { kind: "same-again"; groups: number[]; foldsCase: boolean }
	/** The match begins here only. */
	| { kind: "match-start" };

/** Whether it can match nothing; true also where that is not certain. */
export function mayBeEmpty(node: PatternNode): boolean {
	switch (node.kind) {
		case "set":
			return false;
		case "sequence":
			return node.parts.every(mayBeEmpty);
		case "choice":
			return node.options.some(mayBeEmpty);
		case "repeat":
			return node.least === 0 || mayBeEmpty(node.part);
		case "atomic":
		case "group":
			return mayBeEmpty(node.part);
		default:
			return true;
	}
}

/** Calls back for a node and all that it is made of. */
export function eachNode(
	node: PatternNode,
	visit: (node: PatternNode) => void,
): void {
	visit(node);
	if ("part" in node) eachNode(node.part, visit);
	else if (node.kind === "sequence")
		for (const part of node.parts) eachNode(part, visit);
	else if (node.kind === "choice")
		for (const option of node.options) eachNode(option, visit);
}
