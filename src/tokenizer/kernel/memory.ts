// The tables' addresses, as globals. The order of the header's fields is that of
// `compileBpe` in ../compile-bpe.ts.

import { fillWordFilter } from "./vocabulary";

const LEVEL_BYTES: usize = 32;

export let headerAt: usize = 0;
/** How many splits a text goes through one after the other. */
export let levels: i32 = 0;
/** 0: symbols are bytes; 1: symbols are characters, and space is U+2581. */
export let byCharacter: i32 = 0;
/** Symbols: tokens as merging numbers them. The one of each byte, or of its token. */
export let symbolOfByte: usize = 0;
/** Of each ASCII character, -1 for none. */
export let symbolOfAscii: usize = 0;
/** Pages of symbols by code point. */
export let characterPages: usize = 0;
export let characterSymbols: usize = 0;
/** Merges: rows by left symbol, of buckets of 32 bytes, see ../pair-table.ts. */
export let rows: usize = 0;
export let pairs: usize = 0;
/** Symbols below this one have a row. */
export let leftEnd: u32 = 0;
/** So many symbols from here on are the right ones of merges. */
export let rightStart: u32 = 0;
export let rightCount: u32 = 0;
/** A symbol that no merge joins. */
export let outside: u32 = 0;
/** The id of each symbol. */
export let idOfSymbol: usize = 0;
/** Whole words that come before merging; 0 where merging comes first. */
export let words: usize = 0;
export let wordsMask: u32 = 0;
export let wordBytes: usize = 0;
/** Bits of their hashes. */
export let wordFilter: usize = 0;
/** Bits of the pairs of characters that some merge may reach across. */
export let joins: usize = 0;
export let joinsMask: u32 = 0;
/** Added tokens: the set of bytes that begin one (see ./byte-set), and a trie. 0: none. */
export let addedFirst: usize = 0;
export let addedEdges: usize = 0;
export let addedMask: u32 = 0;
export let addedIds: usize = 0;
/** The cache of words: see ./cache. */
export let singleWords: usize = 0;
export let singleWordsMask: u32 = 0;
/** Entries of words, in units of four bytes, and where they are. */
export let ring: usize = 0;
export let ringUnits: u32 = 0;
export let index: usize = 0;
export let indexMask: usize = 0;
/** Pages of classes by code point, see ../normalize-nfc.ts. 0: nothing is normalized. */
export let nfcPages: usize = 0;
export let nfcClasses: usize = 0;
/** The set of first bytes (see ./byte-set) whose characters have a class, then a byte for each from 0xc0 on. */
export let nfcLeads: usize = 0;
/** Room for words on their way: see ./queue, ./new-words, ./waiting, ./merge. */
export let room: usize = 0;

/** Room for merging long words, from here to the end of memory. */
export let scratch: usize = 0;

/** Reads the header of the image at an address. */
export function configure(at: usize): void {
	headerAt = at;
	levels = load<i32>(at);
	byCharacter = load<i32>(at, 4);
	symbolOfByte = load<u32>(at, 8);
	characterPages = load<u32>(at, 12);
	characterSymbols = load<u32>(at, 16);
	rows = load<u32>(at, 20);
	pairs = load<u32>(at, 24);
	words = load<u32>(at, 28);
	wordsMask = load<u32>(at, 32);
	wordBytes = load<u32>(at, 36);
	joins = load<u32>(at, 40);
	joinsMask = load<u32>(at, 44);
	addedFirst = load<u32>(at, 48);
	addedEdges = load<u32>(at, 52);
	addedMask = load<u32>(at, 56);
	addedIds = load<u32>(at, 60);
	index = load<u32>(at, 64);
	indexMask = load<u32>(at, 68);
	ring = load<u32>(at, 72);
	ringUnits = load<u32>(at, 76);
	nfcPages = load<u32>(at, 80);
	nfcClasses = load<u32>(at, 84);
	nfcLeads = load<u32>(at, 116);
	leftEnd = load<u32>(at, 120);
	rightStart = load<u32>(at, 124);
	rightCount = load<u32>(at, 128);
	room = load<u32>(at, 88);
	outside = load<u32>(at, 92);
	idOfSymbol = load<u32>(at, 96);
	symbolOfAscii = load<u32>(at, 100);
	wordFilter = load<u32>(at, 112);
	singleWords = load<u32>(at, 104);
	singleWordsMask = load<u32>(at, 108);
	if (words !== 0) fillWordFilter();
	writeFirst(index, (indexMask + 1) << 6);
	writeFirst(singleWords, (singleWordsMask + 1) << 6);
}

/**
 * Writes the zeros of a table before it is read. Linux answers a first read by a page of zeros
 * that all share; to replace it at the first write it stops the other cores, if they run
 * the same program. Of two workers' first 10 MB that was a quarter: docs/decisions/0005.
 */
function writeFirst(table: usize, bytes: usize): void {
	memory.fill(table, 0, bytes);
}

/** Tells where the buffers end and scratch space begins. */
export function placeBuffers(scratchAt: usize): void {
	scratch = scratchAt;
}

/** The address of a split's fields: see `addLevel` in ../compile-bpe.ts. */
export function levelAt(level: i32): usize {
	return headerAt + 160 + <usize>level * LEVEL_BYTES;
}

/** Makes memory reach an address. */
export function ensureMemory(end: usize): void {
	const pages = <i32>((end + 0xffff) >>> 16) - memory.size();
	if (pages > 0 && memory.grow(pages) < 0) unreachable();
}
