import { Int32Buffer } from "../core/buffers.js";
import { lineStarts } from "./lines.js";

/** A place in a syntax tree, from which one goes to the nodes beside it. */
export interface TreeCursor {
	/** The line that the node begins in, from 0. */
	readonly startPosition: { readonly row: number };
	/** Whether it is more than a sign or a word of the grammar. */
	readonly nodeIsNamed: boolean;
	gotoFirstChild(): boolean;
	gotoNextSibling(): boolean;
	gotoParent(): boolean;
}

/** Which nodes of a syntax tree begin units. */
export interface SyntaxRule {
	/** Those of so many levels below the root. */
	depth: number;
	/** Those that begin more than so many lines after the one before. */
	minLines: number;
}

/** Those of SEA. */
export const usualSyntax: SyntaxRule = { depth: 4, minLines: 3 };

/**
 * Where the units of source code begin, in bytes: at lines in which nodes of its syntax tree
 * begin (SEA, 2208.11271). What follows the last of them is of its unit.
 * @param root At the root of the tree.
 */
export function syntaxStarts(
	text: Uint8Array,
	root: TreeCursor,
	{ depth, minLines }: SyntaxRule,
): Int32Array {
	const lines = lineFeeds(text);
	const starts = new Int32Buffer(64);
	if (text.length > 0) starts.push(0);
	let last = 0;
	const visit = (level: number) => {
		const { row } = root.startPosition;
		if (root.nodeIsNamed && row > last + minLines && row < lines.length) {
			last = row;
			starts.push(lines[row]);
		}
		if (level === depth || !root.gotoFirstChild()) return;
		do visit(level + 1);
		while (root.gotoNextSibling());
		root.gotoParent();
	};
	visit(0);
	return starts.view();
}

/** Where the lines of a text begin that LF ends, as parsers count them. */
function lineFeeds(text: Uint8Array): Int32Array {
	return lineStarts(text).filter(
		(start) => start === 0 || text[start - 1] === 10,
	);
}
