import { quoted } from "../core/text.js";
import { addPairs } from "./add-pairs.js";
import { CharacterJoins } from "./character-joins.js";
import { Component } from "./component.js";
import type { KernelImage } from "./kernel-image.js";
import type { KernelShape } from "./kernel-shape.js";
import {
	BLOCK_POINT,
	HEADER_BY_CHARACTER,
	HEADER_CHARACTER_PAGES,
	HEADER_CHARACTER_SYMBOLS,
	HEADER_JOINS,
	HEADER_JOINS_MASK,
	HEADER_SYMBOL_OF_ASCII,
	HEADER_SYMBOL_OF_BYTE,
} from "./layout.js";
import { readRanks } from "./merge-ranks.js";
import type { Merges } from "./pair-table.js";
import { notATokenizer, type TokenizerJson } from "./tokenizer-json.js";
import { WholeCharacters } from "./whole-characters.js";

/** The tokens of each merge, and the one that it makes. */
export function readMerges(
	json: TokenizerJson,
	vocabulary: Record<string, number>,
	strings: readonly string[],
	name: string,
): Merges {
	const merges = (json.model.merges ?? []) as (string | [string, string])[];
	const lefts = new Int32Array(merges.length);
	const rights = new Int32Array(merges.length);
	const made = new Int32Array(merges.length);
	/** Merges come by the ids of what they make, as a rule: then it need not be looked up. */
	let next = 0;
	for (let rank = 0; rank < merges.length; rank++) {
		const merge = merges[rank];
		let left: string;
		let right: string;
		if (typeof merge === "string") {
			const space = merge.indexOf(" ");
			left = merge.slice(0, space);
			right = merge.slice(space + 1);
		} else [left, right] = merge;
		const leftId = vocabulary[left];
		const rightId = vocabulary[right];
		const madeId = isJoined(strings[next], left, right)
			? next
			: isJoined(strings[next + 1], left, right)
				? next + 1
				: vocabulary[left + right];
		if (
			typeof leftId !== "number" ||
			typeof rightId !== "number" ||
			typeof madeId !== "number"
		) {
			const missing = [left, right, left + right].find(
				(token) => typeof vocabulary[token] !== "number",
			);
			throw notATokenizer(
				name,
				`merge ${rank + 1} (${quoted(merge)}) names the token ${quoted(missing)}, which is not in the vocabulary`,
			);
		}
		lefts[rank] = leftId;
		rights[rank] = rightId;
		made[rank] = madeId;
		next = madeId;
	}
	const model = new Component(json.model, "model", name, json.isConverted);
	return { lefts, rights, made, ranks: readRanks(model, merges.length) };
}

function isJoined(token: string | undefined, left: string, right: string) {
	return (
		token?.length === left.length + right.length &&
		token.startsWith(left) &&
		token.endsWith(right)
	);
}

/** Adds what merging needs; there tokens are numbered anew, as symbols. */
export function addMerges(
	image: KernelImage,
	merges: Merges,
	strings: readonly string[],
	idOfByte: Int32Array,
	shape: KernelShape,
): void {
	const { lefts, rights, made } = merges;
	const { pairs, symbolOf } = addPairs(image, merges, strings, shape.symbols);
	const toSymbols = (ids: Int32Array) => ids.map((id) => symbolOf[id]);
	const isMade = new Uint8Array(strings.length);
	for (const id of made) isMade[id] = 1;
	const joins = new CharacterJoins();
	for (let id = 0; id < strings.length; id++)
		if (isMade[id] === 1) joins.addToken(strings[id], shape.symbols);
	const joinBits = joins.finish();
	let characters = charactersOf(strings);
	if (shape.symbols === "bytes") {
		const whole = new WholeCharacters(strings);
		for (let rank = 0; rank < made.length; rank++)
			whole.addMerge(rank, lefts[rank], rights[rank]);
		characters = whole.find(idOfByte, (left, right) => {
			const rank = pairs.rank(symbolOf[left], symbolOf[right]);
			return rank === -1 ? null : { rank, made: made[rank] };
		});
	}
	const symbolOfCharacter = new Map<number, number>();
	characters.forEach((id, point) => {
		symbolOfCharacter.set(point, symbolOf[id]);
	});
	const symbolOfAscii = Int32Array.from({ length: 128 }, (_, point) =>
		shape.symbols === "bytes"
			? symbolOf[idOfByte[point]]
			: (symbolOfCharacter.get(point === 0x20 ? BLOCK_POINT : point) ?? -1),
	);
	addCharacters(image, symbolOfCharacter);
	image.set(HEADER_BY_CHARACTER, Number(shape.symbols === "characters"));
	image.addAt(HEADER_SYMBOL_OF_BYTE, toSymbols(idOfByte));
	image.addAt(HEADER_SYMBOL_OF_ASCII, symbolOfAscii);
	image.addAt(HEADER_JOINS, joinBits.bits);
	image.set(HEADER_JOINS_MASK, joinBits.mask);
}

/** The tokens of one character, by code point. */
function charactersOf(strings: readonly string[]): Map<number, number> {
	const ids = new Map<number, number>();
	strings.forEach((token, id) => {
		const point = token.codePointAt(0);
		if (point !== undefined && String.fromCodePoint(point) === token)
			ids.set(point, id);
	});
	return ids;
}

/** For each code point its token, -1 where it has none. */
function addCharacters(
	image: KernelImage,
	idOf: ReadonlyMap<number, number>,
): void {
	const pages = new Uint16Array(0x110000 >> 8);
	const kept = [new Int32Array(256).fill(-1)];
	idOf.forEach((id, point) => {
		let page = pages[point >> 8];
		if (page === 0) {
			page = kept.push(new Int32Array(256).fill(-1)) - 1;
			pages[point >> 8] = page;
		}
		kept[page][point & 0xff] = id;
	});
	const ids = new Int32Array(kept.length * 256);
	for (const [page, content] of kept.entries()) ids.set(content, page * 256);
	image.addAt(HEADER_CHARACTER_PAGES, pages);
	image.addAt(HEADER_CHARACTER_SYMBOLS, ids);
}
