import { AddedTokenTrie, assignIds, haveNoOverlap } from "./added-tokens.js";
import { type BpeShape, byteToken } from "./bpe-shape.js";
import { bytesOfWord, characterOfByte } from "./byte-characters.js";
import { byteSet } from "./byte-set.js";
import { addMerges, readMerges } from "./compile-merges.js";
import { ImageWriter } from "./memory-image.js";
import { NFC, nfcClasses } from "./normalize-nfc.js";
import { findSpecialToken } from "./special-tokens.js";
import {
	compileSplit,
	isRow,
	pagesOf,
	type SplitAutomaton,
} from "./split-automaton.js";
import type { SpecialToken } from "./tokenizer.js";
import {
	type AddedTokenJson,
	type TokenizerConfigJson,
	type TokenizerJson,
	tokensOf,
} from "./tokenizer-json.js";

const HEADER_BYTES = 288;
const LEVELS_AT = 160;
const LEVEL_BYTES = 32;
const MOST_LEVELS = 4;
/** Sets in the tables of the cache (kernel/cache.ts), of 64 bytes. */
const SINGLE_SETS = 1 << 14;
const INDEX_SETS = 1 << 16;
/** Entries of the cache. */
const RING_BYTES = 1 << 24;
/** Bits of the hashes of whole words that come before merging. */
const WORD_FILTER_BYTES = 1 << 18;
/** What the kernel needs for the words on their way, 61 kB at present. */
const ROOM_BYTES = 64 * 1024;

/**
 * A BPE tokenizer, made ready to run: plain data that can be sent to another
 * thread, where the image is shared, not copied.
 */
export interface CompiledBpe {
	/** Tables of the kernel, for its memory from `IMAGE_AT` on. */
	image: Uint8Array;
	/** Where the cache ends and buffers may begin. */
	end: number;
	shape: BpeShape;
	addedTokens: AddedTokenJson[];
	/** Whether the kernel finds the added tokens: none has a flag that asks for more. */
	isPlain: boolean;
	/** Whether splitting takes JavaScript's regular expressions. */
	usesExpressions: boolean;
	vocabSize: number;
	bos: SpecialToken | null;
	eos: SpecialToken | null;
	/** All tokens' strings, back to back, and where each ends; -1: no such token. */
	tokens: { text: string; ends: Int32Array };
}

/**
 * Compiles a tokenizer.json to the tables of the kernel.
 * @throws DataError `not-a-tokenizer` for merges of tokens that are not there.
 */
export function compileBpe(
	json: TokenizerJson,
	shape: BpeShape,
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
	const image = new ImageWriter();
	const header = image.reserve(HEADER_BYTES);

	const idOfByte = Int32Array.from({ length: 256 }, (_, byte) =>
		shape.symbols === "bytes"
			? vocabulary[characterOfByte[byte]]
			: vocabulary[byteToken(byte)],
	);
	const merges = addMerges(
		image,
		readMerges(json, vocabulary, strings, name),
		strings,
		idOfByte,
		shape,
	);
	const words = shape.wholeWordsFirst
		? addWords(image, strings)
		: { at: 0, mask: 0, bytes: 0 };

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
	const trie = isPlain
		? addTrie(image, found)
		: { first: 0, edges: 0, mask: 0, ids: 0 };
	const automata = compileSplits(shape);
	automata?.forEach((automaton, level) => {
		addLevel(
			image,
			header + LEVELS_AT + level * LEVEL_BYTES,
			automaton,
			shape.splits[level].dropsGaps,
		);
	});
	const nfc =
		shape.normalizer === "NFC"
			? addNfc(image)
			: { pages: 0, classes: 0, leads: 0 };

	// On a page of its own: at some places within one, text seen before came out at
	// two thirds of the speed, the same every time.
	const singleWords = (image.end + 0xffff) & ~0xffff;
	const index = singleWords + SINGLE_SETS * 64;
	const ring = index + INDEX_SETS * 64;
	const wordFilter = ring + RING_BYTES + 256;
	const room = wordFilter + WORD_FILTER_BYTES;
	const fields = Int32Array.of(
		automata?.length ?? 0,
		Number(shape.symbols === "characters"),
		merges.symbolOfByte,
		merges.characterPages,
		merges.characterSymbols,
		merges.rows,
		merges.pairs,
		words.at,
		words.mask,
		words.bytes,
		merges.joins,
		merges.joinsMask,
		trie.first,
		trie.edges,
		trie.mask,
		trie.ids,
		index,
		INDEX_SETS - 1,
		ring,
		RING_BYTES / 4,
		nfc.pages,
		nfc.classes,
		room,
		merges.outside,
		merges.idOfSymbol,
		merges.symbolOfAscii,
		singleWords,
		SINGLE_SETS - 1,
		wordFilter,
		nfc.leads,
		merges.leftEnd,
		merges.rightStart,
		merges.rightCount,
	);
	image.write(header, fields);
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
		image: image.finish(),
		end: room + ROOM_BYTES,
		shape,
		addedTokens,
		isPlain,
		usesExpressions: automata === null,
		vocabSize: strings.length,
		bos: find("bos"),
		eos: find("eos"),
		tokens: joinStrings(strings),
	};
}

/** The automata of all splits, or null when one of them has none. */
function compileSplits(shape: BpeShape): SplitAutomaton[] | null {
	if (shape.splits.length > MOST_LEVELS) return null;
	const automata: SplitAutomaton[] = [];
	for (const { pattern } of shape.splits) {
		const automaton = compileSplit(pattern);
		if (automaton === null) return null;
		automata.push(automaton);
	}
	return automata;
}

/**
 * Whether tokens that are found before and after normalizing can be found at
 * once: nothing is normalized, or no token is found after it; and no two
 * tokens, one of each kind, can overlap.
 */
function canFindTogether(tokens: AddedTokenJson[], shape: BpeShape): boolean {
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
function addWords(image: ImageWriter, strings: readonly string[]) {
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
			hash = Math.imul(((hash << 15) | (hash >>> 17)) ^ four, 0x9e3779b1);
		}
		let slot = (hash ^ (hash >>> 15)) & (size - 1);
		while (slots[slot * 4 + 1] !== 0) slot = (slot + 1) & (size - 1);
		slots[slot * 4] = hash;
		slots[slot * 4 + 1] = word.length;
		slots[slot * 4 + 2] = length;
		slots[slot * 4 + 3] = id;
		length += word.length;
	});
	return {
		at: image.add(slots),
		mask: size - 1,
		bytes: image.add(bytes.subarray(0, length)),
	};
}

function addTrie(image: ImageWriter, tokens: AddedTokenJson[]) {
	const contents = tokens.filter((token) => token.content !== "");
	if (contents.length === 0) return { first: 0, edges: 0, mask: 0, ids: 0 };
	const trie = new AddedTokenTrie(contents);
	return {
		first: image.add(byteSet(trie.first)),
		edges: image.add(trie.edges),
		mask: trie.mask,
		ids: image.add(trie.nodes),
	};
}

function addLevel(
	image: ImageWriter,
	at: number,
	automaton: SplitAutomaton,
	dropsGaps: boolean,
): void {
	const rows = image.reserve(automaton.rows.byteLength);
	// The kernel goes by addresses in memory.
	const placed = automaton.rows.map((entry) =>
		isRow(entry) ? rows + entry : entry,
	);
	image.write(rows, placed);
	image.write(
		at,
		Int32Array.of(
			rows + automaton.first,
			rows + automaton.matching,
			rows + automaton.looping,
			image.add(automaton.pages),
			image.add(automaton.classes),
			image.add(automaton.starts),
			Number(dropsGaps),
		),
	);
}

function addNfc(image: ImageWriter) {
	const points = nfcClasses();
	const leads = new Uint8Array(256);
	for (let point = 0x80; point < points.length; point++)
		if (points[point] > NFC.starts)
			leads[
				point < 0x800
					? 0xc0 | (point >> 6)
					: point < 0x10000
						? 0xe0 | (point >> 12)
						: 0xf0 | (point >> 18)
			] = 1;
	const { pages, classes } = pagesOf(points);
	return {
		pages: image.add(pages),
		classes: image.add(classes),
		leads: image.add(Uint8Array.of(...byteSet(leads), ...leads.subarray(0xc0))),
	};
}

function joinStrings(strings: readonly string[]): CompiledBpe["tokens"] {
	const ends = new Int32Array(strings.length).fill(-1);
	let end = 0;
	for (let id = 0; id < strings.length; id++) {
		if (strings[id] === undefined) continue;
		end += strings[id].length;
		ends[id] = end;
	}
	return { text: strings.join(""), ends };
}
