import { AddedTokenTrie, assignIds, haveNoOverlap } from "./added-tokens.js";
import { bytesOfWord, characterOfByte } from "./byte-characters.js";
import { byteSet } from "./byte-set.js";
import { addMerges, readMerges } from "./compile-merges.js";
import {
	KernelImage,
	type KernelTables,
	type SplitLevel,
} from "./kernel-image.js";
import type { KernelShape } from "./kernel-shape.js";
import {
	HASH_FACTOR,
	HASH_FOLD,
	HEADER_ADDED_EDGES,
	HEADER_ADDED_FIRST,
	HEADER_ADDED_IDS,
	HEADER_ADDED_MASK,
	HEADER_MODEL,
	HEADER_NFC_CLASSES,
	HEADER_NFC_LEADS,
	HEADER_NFC_PAGES,
	HEADER_SPACE_IS_BLOCK,
	HEADER_SPLITTING,
	HEADER_WORD_BYTES,
	HEADER_WORDS,
	HEADER_WORDS_MASK,
	MODEL_BPE,
	MOST_LEVELS,
	NFC_STARTS,
	SPLIT_JOINS,
	SPLIT_LEVELS,
	WORD_HASH_TURN,
} from "./layout.js";
import { byteToken } from "./models/byte-tokens.js";
import { nfcClasses } from "./normalize-nfc.js";
import { findSpecialToken } from "./special-tokens.js";
import { automatonOf, pagesOf } from "./split-automaton.js";
import { joinStrings, type TokenStrings } from "./token-strings.js";
import type { SpecialToken } from "./tokenizer.js";
import {
	type AddedTokenJson,
	type TokenizerConfigJson,
	type TokenizerJson,
	tokensOf,
} from "./tokenizer-json.js";

/**
 * A BPE tokenizer, made ready to run: plain data that can be sent to another
 * thread, where the image is shared, not copied.
 */
export interface CompiledBpe {
	tables: KernelTables;
	shape: KernelShape;
	/** As it stands in the file. */
	decoder: unknown;
	/** What to call the file in messages. */
	name: string;
	addedTokens: AddedTokenJson[];
	/** Whether the kernel finds the added tokens: none has a flag that asks for more. */
	isPlain: boolean;
	/** Whether splitting takes JavaScript's regular expressions. */
	usesExpressions: boolean;
	vocabSize: number;
	bos: SpecialToken | null;
	eos: SpecialToken | null;
	tokens: TokenStrings;
}

/**
 * Compiles a tokenizer.json to the tables of the kernel.
 * @throws DataError `not-a-tokenizer` for merges of tokens that are not there.
 */
export function compileBpe(
	json: TokenizerJson,
	shape: KernelShape,
	config: TokenizerConfigJson | null,
	name: string,
): CompiledBpe {
	const vocabulary = json.model.vocab as Record<string, number>;
	const ownId = (token: string) =>
		Object.hasOwn(vocabulary, token) ? vocabulary[token] : undefined;
	const addedTokens = assignIds(
		json.added_tokens,
		ownId,
		tokensOf(vocabulary).length,
	);
	const strings: string[] = [];
	for (const token of tokensOf(vocabulary)) strings[vocabulary[token]] = token;
	const image = new KernelImage();

	const idOfByte = Int32Array.from({ length: 256 }, (_, byte) =>
		shape.symbols === "bytes"
			? vocabulary[characterOfByte[byte]]
			: vocabulary[byteToken(byte)],
	);
	image.set(HEADER_MODEL, MODEL_BPE);
	addMerges(
		image,
		readMerges(json, vocabulary, strings, name),
		strings,
		idOfByte,
		shape,
	);
	if (shape.wholeWordsFirst) addWords(image, strings);

	const found = addedTokens.filter((token) => !token.asText);
	const isPlain =
		found.every(
			(token) => !token.lstrip && !token.rstrip && !token.single_word,
		) &&
		canFindTogether(found, shape) &&
		// What is taken for text hides tokens that overlap it.
		haveNoOverlap(
			addedTokens.filter((token) => token.asText).map((t) => t.content),
			found.map((token) => token.content),
		);
	if (isPlain) addTrie(image, found);
	const isOfCharacters = shape.symbols === "characters";
	image.set(HEADER_SPACE_IS_BLOCK, Number(isOfCharacters));
	image.set(HEADER_SPLITTING, isOfCharacters ? SPLIT_JOINS : SPLIT_LEVELS);
	const levels = compileSplits(shape);
	if (levels !== null) image.addLevels(levels);
	if (shape.normalizer === "NFC") addNfc(image);
	for (const { content, id } of addedTokens) strings[id] = content;
	const idOf = new Map(addedTokens.map(({ content, id }) => [content, id]));
	const find = (kind: "bos" | "eos") =>
		findSpecialToken(
			kind,
			json,
			config,
			(token) => idOf.get(token) ?? ownId(token),
		);
	return {
		// A space that has no token gives three.
		tables: image.finish(isOfCharacters ? 3 : 1),
		shape,
		decoder: json.decoder,
		name,
		addedTokens,
		isPlain,
		usesExpressions: levels === null,
		vocabSize: strings.length,
		bos: find("bos"),
		eos: find("eos"),
		tokens: joinStrings(strings),
	};
}

/** The automata of all splits, or null when one of them has none. */
function compileSplits(shape: KernelShape): SplitLevel[] | null {
	if (shape.splits.length > MOST_LEVELS) return null;
	const levels: SplitLevel[] = [];
	for (const { pattern, dropsGaps } of shape.splits) {
		const automaton = automatonOf(pattern);
		if (automaton === null) return null;
		levels.push({ automaton, dropsGaps });
	}
	return levels;
}

/**
 * Whether tokens that are found before and after normalizing can be found at
 * once: nothing is normalized, or no token is found after it; and no two
 * tokens, one of each kind, can overlap.
 */
function canFindTogether(
	tokens: AddedTokenJson[],
	shape: KernelShape,
): boolean {
	const after = tokens.filter((token) => token.normalized);
	if (after.length === 0) return true;
	if (shape.normalizer !== null || shape.symbols === "characters") return false;
	return haveNoOverlap(
		tokens.filter((token) => !token.normalized).map((t) => t.content),
		after.map((token) => token.content),
	);
}

/** A hash table's size: a power of two, at most `load` of it in use. */
function tableSize(entries: number, load: number): number {
	let size = 16;
	while (size * load < entries) size *= 2;
	return size;
}

/** The words that are tokens: slots of hash, length, place of the bytes, id. */
function addWords(image: KernelImage, strings: readonly string[]): void {
	const size = tableSize(strings.length, 0.8);
	const slots = new Int32Array(size * 4);
	let bytes = new Uint8Array(strings.length * 8);
	let length = 0;
	strings.forEach((token, id) => {
		const word = bytesOfWord(token);
		if (word === null || word.length === 0) return;
		if (length + word.length > bytes.length) {
			const grown = new Uint8Array((length + word.length) * 2);
			grown.set(bytes);
			bytes = grown;
		}
		bytes.set(word, length);
		let hash = word.length;
		for (let at = 0; at < word.length; at += 4) {
			const four =
				word[at] |
				(word[at + 1] << 8) |
				(word[at + 2] << 16) |
				(word[at + 3] << 24);
			hash = Math.imul(
				((hash << WORD_HASH_TURN) | (hash >>> (32 - WORD_HASH_TURN))) ^ four,
				HASH_FACTOR,
			);
		}
		let slot = (hash ^ (hash >>> HASH_FOLD)) & (size - 1);
		while (slots[slot * 4 + 1] !== 0) slot = (slot + 1) & (size - 1);
		slots[slot * 4] = hash;
		slots[slot * 4 + 1] = word.length;
		slots[slot * 4 + 2] = length;
		slots[slot * 4 + 3] = id;
		length += word.length;
	});
	image.addAt(HEADER_WORDS, slots);
	image.set(HEADER_WORDS_MASK, size - 1);
	image.addAt(HEADER_WORD_BYTES, bytes.subarray(0, length));
}

function addTrie(image: KernelImage, tokens: AddedTokenJson[]): void {
	const contents = tokens.filter((token) => token.content !== "");
	if (contents.length === 0) return;
	const trie = new AddedTokenTrie(contents);
	image.addAt(HEADER_ADDED_FIRST, byteSet(trie.first));
	image.addAt(HEADER_ADDED_EDGES, trie.edges);
	image.set(HEADER_ADDED_MASK, trie.mask);
	image.addAt(HEADER_ADDED_IDS, trie.nodes);
}

function addNfc(image: KernelImage): void {
	const points = nfcClasses();
	const leads = new Uint8Array(256);
	for (let point = 0x80; point < points.length; point++)
		if (points[point] > NFC_STARTS)
			leads[
				point < 0x800
					? 0xc0 | (point >> 6)
					: point < 0x10000
						? 0xe0 | (point >> 12)
						: 0xf0 | (point >> 18)
			] = 1;
	const { pages, classes } = pagesOf(points);
	image.addAt(HEADER_NFC_PAGES, pages);
	image.addAt(HEADER_NFC_CLASSES, classes);
	image.addAt(
		HEADER_NFC_LEADS,
		Uint8Array.of(...byteSet(leads), ...leads.subarray(0xc0)),
	);
}
