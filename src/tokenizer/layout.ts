// The border of the kernel: what ./kernel, in AssemblyScript, and the files that make its image and call
// it have to agree on. Both compile this file, so there are numbers only, without types.

/** Fields of an image's header, by their offset in bytes; int32 each. Addresses are bytes in the kernel's memory. */

/** What turns words into ids: see MODEL_BPE and the others. */
export const HEADER_MODEL = 0;
/** How a text is split: see SPLIT_LEVELS and the others. */
export const HEADER_SPLITTING = 4;
/** How many splits a text goes through one after the other. */
export const HEADER_LEVELS = 8;
/** Whether a space of the text is U+2581 in the vocabulary. */
export const HEADER_SPACE_IS_BLOCK = 12;

/** BPE: whether symbols are characters, else bytes. */
export const HEADER_BY_CHARACTER = 16;
/** Symbols: tokens as merging numbers them. The one of each byte, or of its token. */
export const HEADER_SYMBOL_OF_BYTE = 20;
/** Of each ASCII character, -1 for none. */
export const HEADER_SYMBOL_OF_ASCII = 24;
/** Pages of symbols by code point. */
export const HEADER_CHARACTER_PAGES = 28;
export const HEADER_CHARACTER_SYMBOLS = 32;
/** Merges: rows by left symbol, of buckets of 32 bytes, see ./pair-table.ts. */
export const HEADER_ROWS = 36;
export const HEADER_PAIRS = 40;
/** Symbols below this one have a row. */
export const HEADER_LEFT_END = 44;
/** So many symbols from here on are the right ones of merges. */
export const HEADER_RIGHT_START = 48;
export const HEADER_RIGHT_COUNT = 52;
/** A symbol that no merge joins. */
export const HEADER_OUTSIDE = 56;
/** The id of each symbol. */
export const HEADER_ID_OF_SYMBOL = 60;
/** Whole words that come before merging; 0 where merging comes first. */
export const HEADER_WORDS = 64;
export const HEADER_WORDS_MASK = 68;
export const HEADER_WORD_BYTES = 72;
/** Bits of their hashes. */
export const HEADER_WORD_FILTER = 76;
/** Bits of the pairs of characters that some merge may reach across. */
export const HEADER_JOINS = 80;
export const HEADER_JOINS_MASK = 84;

/** Added tokens: the set of bytes that begin one (./byte-set.ts), and a trie. 0: none. */
export const HEADER_ADDED_FIRST = 88;
export const HEADER_ADDED_EDGES = 92;
export const HEADER_ADDED_MASK = 96;
export const HEADER_ADDED_IDS = 100;

/** The cache of words: sets of 64 bytes, in powers of two less one; entries in units of four bytes. */
export const HEADER_SINGLE_WORDS = 104;
export const HEADER_SINGLE_WORDS_MASK = 108;
export const HEADER_INDEX = 112;
export const HEADER_INDEX_MASK = 116;
export const HEADER_RING = 120;
export const HEADER_RING_UNITS = 124;

/** Pages of classes by code point, see ./normalize-nfc.ts. 0: nothing is normalized. */
export const HEADER_NFC_PAGES = 128;
export const HEADER_NFC_CLASSES = 132;
/** The set of first bytes whose characters have a class, then a byte for each from 0xc0 on. */
export const HEADER_NFC_LEADS = 136;

/** Room for words on their way: ROOM_BYTES, of which kernel/room.ts says what is where. */
export const HEADER_ROOM = 140;

/** All but MODEL_BPE: the nodes of a trie, 8 bytes each, see ./models/trie.ts. */
export const HEADER_TRIE = 144;
/** Unigram: the score of each id, float64. */
export const HEADER_SCORES = 148;
/** The score of a character without a token. */
export const HEADER_UNK_SCORE = 152;
/** The id of what is unknown, -1 for none. */
export const HEADER_UNK_ID = 160;
/** Bytes of the longest token. */
export const HEADER_LONGEST = 164;
/** Ids of bytes, int32; 0 where unknown characters are the unknown token. */
export const HEADER_BYTE_IDS = 168;
/** WordPiece: the node where tokens go on that continue a word; -1 where there are none. */
export const HEADER_REST = 172;
/** WordPiece: words of more characters are unknown. */
export const HEADER_MOST_CHARACTERS = 176;

/** BPE of any kind: the symbol of each id. */
export const HEADER_SYMBOL_OF_ID = 180;
/** What symbols have before them that continue a word, and the last one after it: addresses and bytes. */
export const HEADER_PREFIX = 184;
export const HEADER_PREFIX_BYTES = 188;
export const HEADER_SUFFIX = 192;
export const HEADER_SUFFIX_BYTES = 196;
/** Bits of BPE_WHOLE_WORDS and the others. */
export const HEADER_BPE_FLAGS = 200;
/** Whether Unigram is SentencePiece's own: sums of 32 bits, and a run of unknown characters is no token. */
export const HEADER_SINGLE_PRECISION = 204;

/** Fields of the splits follow, for each level LEVEL_BYTES. */
export const HEADER_LEVELS_AT = 208;
export const LEVEL_BYTES = 32;
export const MOST_LEVELS = 4;
export const HEADER_BYTES = 336;

/** The automaton of ./split-automaton.ts: where rows are, and from where on they match, and loop. */
export const LEVEL_FIRST = 0;
export const LEVEL_MATCHING = 4;
export const LEVEL_LOOPING = 8;
export const LEVEL_PAGES = 12;
export const LEVEL_CLASSES = 16;
export const LEVEL_STARTS = 20;
/** Whether text between two matches is dropped, and no word as well. */
export const LEVEL_DROPS_GAPS = 24;

/** BPE whose symbols all are tokens: bytes, or characters and bytes. */
export const MODEL_BPE = 0;
export const MODEL_UNIGRAM = 1;
export const MODEL_WORD_PIECE = 2;
/** BPE of any other kind, whose symbols may be unknown, or have a prefix or suffix. */
export const MODEL_ANY_BPE = 3;

/** A word that is a token stays whole. */
export const BPE_WHOLE_WORDS = 1;
/** There is a token for what is unknown, else that is left out; several in a row are one. */
export const BPE_HAS_UNK = 2;
export const BPE_FUSES_UNK = 4;

/** By automata, one for each level; without any a text is one word. */
export const SPLIT_LEVELS = 0;
/** BPE of characters: where no merge reaches across. */
export const SPLIT_JOINS = 1;
/** Before each space. */
export const SPLIT_SPACES = 2;
/** At white space, which is dropped, and each word gets a space before it. */
export const SPLIT_WHITE_SPACE = 3;

/** How a text is to be encoded, bits: a space is put before it, ... */
export const HOW_PREFIX = 1;
/** ... even where it begins with one, ... */
export const HOW_EVEN_BEFORE_SPACE = 2;
/** ... only where a document begins. */
export const HOW_ONLY_FIRST = 4;
/** A document begins here; a stretch of text does; the text ends here. */
export const HOW_IS_FIRST = 8;
export const HOW_IS_NEW = 16;
export const HOW_IS_LAST = 32;
/** Added tokens are to be found. */
export const HOW_FINDS_ADDED = 64;

/** Bytes that the kernel may read after a text, and write before it. */
export const TEXT_MARGIN = 128;
/** What kernel/room.ts may take. */
export const ROOM_BYTES = 65536;
/** Bytes of the filter of whole words. */
export const WORD_FILTER_BYTES = 262144;

/** A row of an automaton: an int32 for each ASCII byte, then for each class; the last is the end. */
export const ROW_BYTES = 1024;
export const ROW_CLASSES = 512;
export const ROW_AT_END = 1020;

/** What ./normalize-nfc.ts tells of a code point: it changes, or is newer than the library's Unicode; ... */
export const NFC_CHANGES = 128;
/** ... it may compose with a starter before it; ... */
export const NFC_COMPOSES = 64;
/** ... it is a starter that may compose with what follows; ... */
export const NFC_STARTS = 1;
/** ... by the lowest six bits, from 2 on, it is a mark of a combining class. */
export const NFC_MARK = 63;

/** U+2581, which stands for a space in vocabularies of characters. */
export const BLOCK_POINT = 9601;
/** Stands for every character in the pairs that merges reach across. */
export const ANY_POINT = 2097151;

/** Bits of a symbol in an entry of merges, and of a rank; no rank is as high as NO_RANK. */
export const SYMBOL_BITS = 21;
export const NO_RANK = 2097151;

/** A node of a trie: its base from this bit on, below it TRIE_TAKEN and the byte that leads to it. */
export const TRIE_BASE_SHIFT = 9;
export const TRIE_TAKEN = 256;
export const TRIE_LABEL = 511;

/** Factors of hashes, modulo 2^32: 0x9e3779b1 and 0x85ebca6b. */
export const HASH_FACTOR = -1640531535;
export const HASH_OTHER_FACTOR = -2048144789;
/** A hash's upper bits come down by so many. */
export const HASH_FOLD = 15;
/** Of an edge of the trie of added tokens. */
export const EDGE_HASH_SHIFT = 8;
/** By how much the hash of a whole word turns before its next four bytes. */
export const WORD_HASH_TURN = 15;
