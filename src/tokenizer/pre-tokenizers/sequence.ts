import type { Component } from "../component.js";
import type {
	PreTokenizer,
	ReadPreTokenizer,
	TakePiece,
} from "./pre-tokenizer.js";

/** One pre-tokenizer after the other, each over the pieces of the one before. */
export function readSequence(
	component: Component,
	readPart: ReadPreTokenizer,
): PreTokenizer {
	const parts = component.parts("pretokenizers").map(readPart);
	const splitFrom = (
		level: number,
		text: string,
		first: number,
		take: TakePiece,
	): void => {
		if (level === parts.length) take(text, first);
		else
			parts[level].split(text, first, (piece, pieceFirst) =>
				splitFrom(level + 1, piece, pieceFirst, take),
			);
	};
	return {
		type: "Sequence",
		split: (text, first, take) => splitFrom(0, text, first, take),
		parts,
		asksForFirst: parts.some((part) => part.asksForFirst),
	};
}
