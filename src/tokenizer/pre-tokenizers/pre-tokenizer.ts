import type { CodePointSet } from "../code-points.js";
import type { Component } from "../component.js";
import type { PatternNode } from "../patterns/tree.js";

/**
 * Takes a piece of text.
 * @param first The last of its offsets, in UTF-16 units, at which a piece that is cut from it still
 *   begins the document; -1: none, as it does not begin the document itself. It is 0 for a document's
 *   text as it stands. It is more after characters that were put before the text, or that came of its
 *   first character with the next one, since the Rust library counts by the text as it was.
 */
export type TakePiece = (text: string, first: number) => void;

/** Splits pieces of text into smaller ones, as the Rust library's component of the same name. */
export interface PreTokenizer {
	/** Its name in tokenizer.json. */
	readonly type: string;
	/**
	 * Gives the pieces of a piece in their order; none of them is empty.
	 * @param text Well-formed, and not empty.
	 * @param first As of `TakePiece`.
	 */
	split(text: string, first: number, take: TakePiece): void;
	/** Those that it is made of, one after the other. */
	readonly parts?: readonly PreTokenizer[];
	/** How the kernel does the same, in steps; left out: it does not. */
	readonly kernel?: readonly KernelSplit[] | undefined;
	/** A piece without this text in it is left as it is; left out: that is not known. */
	readonly needs?: string | undefined;
	/** Whether it asks if a piece begins the document. */
	readonly asksForFirst?: boolean | undefined;
}

/** A step of splitting, as the kernel does it. */
export type KernelSplit =
	| PatternSplit
	/** Spaces are U+2581; `prefix` is one of `PREFIX`. */
	| { by: "spaces"; prefix: number; cuts: boolean }
	/** After it words are bytes. */
	| { by: "bytes"; prefix: number; split: PatternSplit | null };

export interface PatternSplit {
	by: "pattern";
	pattern: PatternNode;
	/** What is said of it to people: the pattern as a file has it, or the component that it stands for. */
	source: string;
	/** Whether text between two matches is dropped, and not a word as well. */
	dropsGaps: boolean;
	/** Whether what is dropped is white space, and nothing else. */
	isWhiteSpace?: boolean;
}

/** A run of characters of a set. */
export function runOf(set: CodePointSet): PatternNode {
	const part: PatternNode = { kind: "set", set };
	const most = Number.POSITIVE_INFINITY;
	return { kind: "repeat", part, least: 1, most, isLazy: false };
}

/** Makes a pre-tokenizer of what a file says. @throws DataError `not-a-tokenizer` */
export type ReadPreTokenizer = (component: Component) => PreTokenizer;

/** Gives a part of a piece, unless it is empty. */
export function takePart(
	text: string,
	first: number,
	begin: number,
	end: number,
	take: TakePiece,
): void {
	if (begin < end)
		take(text.slice(begin, end), begin <= first ? first - begin : -1);
}
