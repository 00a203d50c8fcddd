import { intersection } from "../code-points.js";
import { parsePattern } from "./parse.js";
import { PatternError } from "./pattern-error.js";
import { eachNode, type PatternNode } from "./tree.js";

/** How often a part that is not one of single characters may be repeated. */
const MOST_TIMES = 4;
/** Repetitions without end, after one another, that may take the same characters. */
const MOST_ALIKE = 3;

/**
 * Refuses what a matcher that goes back and notes nothing may take for ever for, as JavaScript's is: repetitions
 * within repetitions, and of what can match in several ways.
 * @throws PatternError
 */
export function requireQuick(pattern: string): void {
	const tree = parsePattern(pattern);
	eachNode(tree, (node) => {
		if (
			node.kind === "repeat" &&
			node.most > MOST_TIMES &&
			!matchesInOneWay(node.part)
		)
			throw new PatternError(
				"repeats what can match in several ways, or repeats something itself",
			);
	});
	const sets: (PatternNode & { kind: "set" })[] = [];
	eachNode(tree, (node) => {
		if (node.kind !== "sequence") return;
		sets.length = 0;
		eachNode(node, (part) => {
			if (part.kind === "repeat" && part.most > MOST_TIMES)
				eachNode(part, (each) => each.kind === "set" && sets.push(each));
		});
		for (const { set } of sets) {
			const alike = sets.filter(
				(other) => intersection(set, other.set).length > 0,
			);
			if (alike.length > MOST_ALIKE)
				throw new PatternError(
					`has more than ${MOST_ALIKE} repetitions of the same characters after one another`,
				);
		}
	});
}

/** Characters, one after the other. */
function matchesInOneWay(node: PatternNode): boolean {
	if (node.kind === "set") return true;
	if (node.kind === "group") return matchesInOneWay(node.part);
	return node.kind === "sequence" && node.parts.every(matchesInOneWay);
}
