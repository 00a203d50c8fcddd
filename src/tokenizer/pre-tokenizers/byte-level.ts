import { characterOfByte } from "../byte-characters.js";
import type { Component } from "../component.js";
import { compilePattern, treeOf } from "../patterns/find-matches.js";
import { PREFIX } from "../spaces.js";
import { splitByMatches } from "./behaviour.js";
import type { PatternSplit, PreTokenizer, TakePiece } from "./pre-tokenizer.js";

/** The pattern by which it splits (GPT-2). */
const GPT2_PATTERN =
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const encoder = new TextEncoder();

/** Cuts by the pattern of GPT-2, if asked to, and writes bytes as the characters that stand for them. */
export function readByteLevel(component: Component): PreTokenizer {
	const hasPrefix = component.flag("add_prefix_space");
	// It moves offsets, not the borders of pieces.
	component.flag("trim_offsets");
	const usesPattern = component.flag("use_regex", true);
	const finder = usesPattern ? compilePattern({ regex: GPT2_PATTERN })() : null;
	return {
		type: "ByteLevel",
		kernel: [
			{
				by: "bytes",
				prefix: hasPrefix ? PREFIX.unlessSpace : PREFIX.none,
				split: usesPattern ? gpt2() : null,
			},
		],
		split(text, first, take) {
			const isPrefixed = hasPrefix && !text.startsWith(" ");
			const whole = isPrefixed ? ` ${text}` : text;
			const wholeFirst = isPrefixed && first !== -1 ? first + 1 : first;
			const takeBytes: TakePiece = (piece, pieceFirst) =>
				take(inBytes(piece), firstInBytes(piece, pieceFirst));
			if (finder === null) takeBytes(whole, wholeFirst);
			else
				splitByMatches(whole, wholeFirst, finder, "Isolated", false, takeBytes);
		},
	};
}

function gpt2(): PatternSplit {
	const pattern = treeOf({ regex: GPT2_PATTERN });
	return { by: "pattern", pattern, source: GPT2_PATTERN, dropsGaps: false };
}

function inBytes(text: string): string {
	let characters = "";
	for (const byte of encoder.encode(text)) characters += characterOfByte[byte];
	return characters;
}

/** All bytes of a character begin where it did. */
function firstInBytes(text: string, first: number): number {
	if (first === -1) return -1;
	const point = text.codePointAt(first);
	if (point === undefined) return encoder.encode(text).length;
	const end = first + (point > 0xffff ? 2 : 1);
	return encoder.encode(text.slice(0, end)).length - 1;
}
