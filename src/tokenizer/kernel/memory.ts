// The tables' addresses, as globals, named as in ../layout.ts, which says what they are.

import {
	HEADER_ADDED_EDGES,
	HEADER_ADDED_FIRST,
	HEADER_ADDED_IDS,
	HEADER_ADDED_MASK,
	HEADER_BPE_FLAGS,
	HEADER_BY_CHARACTER,
	HEADER_BYTE_IDS,
	HEADER_CHARACTER_PAGES,
	HEADER_CHARACTER_SYMBOLS,
	HEADER_ID_OF_SYMBOL,
	HEADER_INDEX,
	HEADER_INDEX_MASK,
	HEADER_JOINS,
	HEADER_JOINS_MASK,
	HEADER_LEFT_END,
	HEADER_LEVELS,
	HEADER_LEVELS_AT,
	HEADER_LONGEST,
	HEADER_MODEL,
	HEADER_MOST_CHARACTERS,
	HEADER_NFC_CLASSES,
	HEADER_NFC_LEADS,
	HEADER_NFC_PAGES,
	HEADER_OUTSIDE,
	HEADER_PAIRS,
	HEADER_PREFIX,
	HEADER_PREFIX_BYTES,
	HEADER_REST,
	HEADER_RIGHT_COUNT,
	HEADER_RIGHT_START,
	HEADER_RING,
	HEADER_RING_UNITS,
	HEADER_ROOM,
	HEADER_ROWS,
	HEADER_SCORES,
	HEADER_SINGLE_PRECISION,
	HEADER_SINGLE_WORDS,
	HEADER_SINGLE_WORDS_MASK,
	HEADER_SPACE_IS_BLOCK,
	HEADER_SPLITTING,
	HEADER_SUFFIX,
	HEADER_SUFFIX_BYTES,
	HEADER_SYMBOL_OF_ASCII,
	HEADER_SYMBOL_OF_BYTE,
	HEADER_SYMBOL_OF_ID,
	HEADER_TRIE,
	HEADER_UNK_ID,
	HEADER_UNK_SCORE,
	HEADER_WORD_BYTES,
	HEADER_WORD_FILTER,
	HEADER_WORDS,
	HEADER_WORDS_MASK,
	LEVEL_BYTES,
} from "../layout";

let headerAt: usize = 0;
export let model: i32 = 0;
export let splitting: i32 = 0;
export let levels: i32 = 0;
export let spaceIsBlock: i32 = 0;
export let byCharacter: i32 = 0;
export let symbolOfByte: usize = 0;
export let symbolOfAscii: usize = 0;
export let characterPages: usize = 0;
export let characterSymbols: usize = 0;
export let rows: usize = 0;
export let pairs: usize = 0;
export let leftEnd: u32 = 0;
export let rightStart: u32 = 0;
export let rightCount: u32 = 0;
export let outside: u32 = 0;
export let idOfSymbol: usize = 0;
export let words: usize = 0;
export let wordsMask: u32 = 0;
export let wordBytes: usize = 0;
export let wordFilter: usize = 0;
export let joins: usize = 0;
export let joinsMask: u32 = 0;
export let addedFirst: usize = 0;
export let addedEdges: usize = 0;
export let addedMask: u32 = 0;
export let addedIds: usize = 0;
export let singleWords: usize = 0;
export let singleWordsMask: u32 = 0;
export let index: usize = 0;
export let indexMask: usize = 0;
export let ring: usize = 0;
export let ringUnits: u32 = 0;
export let nfcPages: usize = 0;
export let nfcClasses: usize = 0;
export let nfcLeads: usize = 0;
export let room: usize = 0;
export let trie: usize = 0;
export let scores: usize = 0;
export let unkScore: f64 = 0.0;
export let unkId: i32 = 0;
export let longest: usize = 0;
export let byteIds: usize = 0;
export let rest: i32 = 0;
export let mostCharacters: u32 = 0;
export let symbolOfId: usize = 0;
export let prefix: usize = 0;
export let prefixBytes: usize = 0;
export let suffix: usize = 0;
export let suffixBytes: usize = 0;
export let bpeFlags: i32 = 0;
export let singlePrecision: i32 = 0;

/** Room for merging long words, from here to the end of memory. */
export let scratch: usize = 0;

/** Reads the header of the image at an address. */
export function readHeader(at: usize): void {
	headerAt = at;
	model = load<i32>(at, HEADER_MODEL);
	splitting = load<i32>(at, HEADER_SPLITTING);
	levels = load<i32>(at, HEADER_LEVELS);
	spaceIsBlock = load<i32>(at, HEADER_SPACE_IS_BLOCK);
	byCharacter = load<i32>(at, HEADER_BY_CHARACTER);
	symbolOfByte = load<u32>(at, HEADER_SYMBOL_OF_BYTE);
	symbolOfAscii = load<u32>(at, HEADER_SYMBOL_OF_ASCII);
	characterPages = load<u32>(at, HEADER_CHARACTER_PAGES);
	characterSymbols = load<u32>(at, HEADER_CHARACTER_SYMBOLS);
	rows = load<u32>(at, HEADER_ROWS);
	pairs = load<u32>(at, HEADER_PAIRS);
	leftEnd = load<u32>(at, HEADER_LEFT_END);
	rightStart = load<u32>(at, HEADER_RIGHT_START);
	rightCount = load<u32>(at, HEADER_RIGHT_COUNT);
	outside = load<u32>(at, HEADER_OUTSIDE);
	idOfSymbol = load<u32>(at, HEADER_ID_OF_SYMBOL);
	words = load<u32>(at, HEADER_WORDS);
	wordsMask = load<u32>(at, HEADER_WORDS_MASK);
	wordBytes = load<u32>(at, HEADER_WORD_BYTES);
	wordFilter = load<u32>(at, HEADER_WORD_FILTER);
	joins = load<u32>(at, HEADER_JOINS);
	joinsMask = load<u32>(at, HEADER_JOINS_MASK);
	addedFirst = load<u32>(at, HEADER_ADDED_FIRST);
	addedEdges = load<u32>(at, HEADER_ADDED_EDGES);
	addedMask = load<u32>(at, HEADER_ADDED_MASK);
	addedIds = load<u32>(at, HEADER_ADDED_IDS);
	singleWords = load<u32>(at, HEADER_SINGLE_WORDS);
	singleWordsMask = load<u32>(at, HEADER_SINGLE_WORDS_MASK);
	index = load<u32>(at, HEADER_INDEX);
	indexMask = load<u32>(at, HEADER_INDEX_MASK);
	ring = load<u32>(at, HEADER_RING);
	ringUnits = load<u32>(at, HEADER_RING_UNITS);
	nfcPages = load<u32>(at, HEADER_NFC_PAGES);
	nfcClasses = load<u32>(at, HEADER_NFC_CLASSES);
	nfcLeads = load<u32>(at, HEADER_NFC_LEADS);
	room = load<u32>(at, HEADER_ROOM);
	trie = load<u32>(at, HEADER_TRIE);
	scores = load<u32>(at, HEADER_SCORES);
	unkScore = load<f64>(at, HEADER_UNK_SCORE);
	unkId = load<i32>(at, HEADER_UNK_ID);
	longest = load<u32>(at, HEADER_LONGEST);
	byteIds = load<u32>(at, HEADER_BYTE_IDS);
	rest = load<i32>(at, HEADER_REST);
	mostCharacters = load<u32>(at, HEADER_MOST_CHARACTERS);
	symbolOfId = load<u32>(at, HEADER_SYMBOL_OF_ID);
	prefix = load<u32>(at, HEADER_PREFIX);
	prefixBytes = load<u32>(at, HEADER_PREFIX_BYTES);
	suffix = load<u32>(at, HEADER_SUFFIX);
	suffixBytes = load<u32>(at, HEADER_SUFFIX_BYTES);
	bpeFlags = load<i32>(at, HEADER_BPE_FLAGS);
	singlePrecision = load<i32>(at, HEADER_SINGLE_PRECISION);
}

/** Tells where the buffers end and scratch space begins. */
export function placeBuffers(scratchAt: usize): void {
	scratch = scratchAt;
}

/** The address of a split's fields. */
export function levelAt(level: i32): usize {
	return headerAt + HEADER_LEVELS_AT + <usize>level * LEVEL_BYTES;
}

/** Makes memory reach an address. */
export function ensureMemory(end: usize): void {
	const pages = <i32>((end + 0xffff) >>> 16) - memory.size();
	if (pages > 0 && memory.grow(pages) < 0) unreachable();
}
