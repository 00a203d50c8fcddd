// The tables' addresses, as globals. The order of the header's fields is that of
// `compileBpe` in ../compile-bpe.ts.

const LEVEL_BYTES: usize = 32;

export let headerAt: usize = 0;
/** How many splits a text goes through one after the other. */
export let levels: i32 = 0;
/** 0: symbols are bytes; 1: symbols are characters, and space is U+2581. */
export let byCharacter: i32 = 0;
/** Byte-level: the id of each byte. By character: of the token for each byte. */
export let idOfByte: usize = 0;
/** By character: pages of ids by code point. */
export let characterPages: usize = 0;
export let characterIds: usize = 0;
/** Merges: buckets of 16 bytes, see ../pair-table.ts; and the token that each makes. */
export let merges: usize = 0;
export let mergesMask: u32 = 0;
export let mergesShift: u32 = 0;
export let tokenOfRank: usize = 0;
/** The symbol of each ASCII character, -1 for none, and the rank of each two of them. */
export let asciiIds: usize = 0;
export let asciiPairs: usize = 0;
/** Whole words that come before merging; 0 where merging comes first. */
export let words: usize = 0;
export let wordsMask: u32 = 0;
export let wordBytes: usize = 0;
/** Bits of the pairs of characters that some merge may reach across. */
export let joins: usize = 0;
export let joinsMask: u32 = 0;
/** Added tokens: 256 bytes that tell where one may begin, and a trie. 0: none. */
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
/** Pages of flags by code point: 1 where normalizing may change a text. 0: none. */
export let flagPages: usize = 0;
export let flagBits: usize = 0;
/** Room for merging short words. */
export let room: usize = 0;

/** Room for merging long words, from here to the end of memory. */
export let scratch: usize = 0;

/** Reads the header of the image at an address. */
export function configure(at: usize): void {
	headerAt = at;
	levels = load<i32>(at);
	byCharacter = load<i32>(at, 4);
	idOfByte = load<u32>(at, 8);
	characterPages = load<u32>(at, 12);
	characterIds = load<u32>(at, 16);
	merges = load<u32>(at, 20);
	mergesMask = load<u32>(at, 24);
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
	flagPages = load<u32>(at, 80);
	flagBits = load<u32>(at, 84);
	room = load<u32>(at, 88);
	mergesShift = load<u32>(at, 92);
	asciiPairs = load<u32>(at, 96);
	tokenOfRank = load<u32>(at, 100);
	singleWords = load<u32>(at, 104);
	singleWordsMask = load<u32>(at, 108);
	asciiIds = load<u32>(at, 112);
}

/** Tells where the buffers end and scratch space begins. */
export function placeBuffers(scratchAt: usize): void {
	scratch = scratchAt;
}

/** The address of a split's fields: see `addLevel` in ../compile-bpe.ts. */
export function levelAt(level: i32): usize {
	return headerAt + 128 + <usize>level * LEVEL_BYTES;
}

/** Makes memory reach an address. */
export function ensureMemory(end: usize): void {
	const pages = <i32>((end + 0xffff) >>> 16) - memory.size();
	if (pages > 0 && memory.grow(pages) < 0) unreachable();
}
