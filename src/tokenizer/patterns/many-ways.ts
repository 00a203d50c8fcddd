import type { PatternNode } from "./tree.js";

/**
 * Whether there may be so many ways to match a text that one who tries them all, as regular expressions
 * of JavaScript do, comes to no end: something is repeated that itself has several ways.
 */
export function hasManyWays(node: PatternNode): boolean {
	if (node.kind === "repeat" && node.most > 1 && hasSomeWays(node.part))
		return true;
	return partsOf(node).some(hasManyWays);
}

function hasSomeWays(node: PatternNode): boolean {
	if (node.kind === "choice" && node.options.length > 1) return true;
	if (node.kind === "repeat" && node.least !== node.most) return true;
	return partsOf(node).some(hasSomeWays);
}

function partsOf(node: PatternNode): readonly PatternNode[] {
	if ("part" in node) return [node.part];
	if (node.kind === "sequence") return node.parts;
	return node.kind === "choice" ? node.options : [];
}
