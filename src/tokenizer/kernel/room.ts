// The room for words on their way: which part of it is whose. Nothing else says where in it something is.

import { ROOM_BYTES } from "../layout";

/** A word and where its tokens are: see ./words. */
export const WORD_BYTES: usize = 32;

/** Words that are looked up together: see ./queue. */
export const QUEUE_WORDS: usize = 512;
/** Lists of int32 have room for one more and are aligned. */
const QUEUE_LIST: usize = (QUEUE_WORDS << 2) + 16;
export const QUEUE: usize = 0;
export const QUEUE_UNKNOWN: usize = QUEUE + QUEUE_WORDS * WORD_BYTES;
export const QUEUE_ADDRESSES: usize = QUEUE_UNKNOWN + QUEUE_LIST;
const QUEUE_END: usize = QUEUE_ADDRESSES + QUEUE_LIST;

/** Bits for the hashes of words that came: see ./came. */
export const CAME: usize = QUEUE_END;
export const CAME_BYTES: usize = 256;
const CAME_END: usize = CAME + CAME_BYTES;

/** Pieces of long words that are looked up together: see ./merge-words. */
export const PIECE_WORDS: usize = 192;
const PIECE_LIST: usize = (PIECE_WORDS << 2) + 16;
export const PIECES: usize = CAME_END;
export const PIECES_UNKNOWN: usize = PIECES + PIECE_WORDS * WORD_BYTES;
export const PIECES_ADDRESSES: usize = PIECES_UNKNOWN + PIECE_LIST;
const PIECES_END: usize = PIECES_ADDRESSES + PIECE_LIST;

/** Words that are merged in turns, of so many symbols at most: see ./waiting. */
export const WAITING_WORDS: usize = 64;
export const WAITING_SYMBOLS: usize = 28;
export const WAITING_PLACE_BYTES: usize = 384;
export const WAITING: usize = PIECES_END;
export const WAITING_ACTIVE: usize =
	WAITING + WAITING_WORDS * WAITING_PLACE_BYTES;
export const WAITING_BUCKETS: usize = WAITING_ACTIVE + (WAITING_WORDS << 2);
const WAITING_END: usize =
	WAITING_BUCKETS + ((WAITING_WORDS * WAITING_SYMBOLS) << 2) + 16;

/** Up to 64 symbols that are merged by scanning: see ./merge. */
export const MERGE: usize = WAITING_END;
const MERGE_END: usize = MERGE + 768;

/** Paths to the places of a word, 16 bytes each: see ./unigram. It is not used beside merging. */
export const PATHS: usize = CAME_END;
export const PATHS_PLACES: usize = 72;
const PATHS_END: usize = PATHS + (PATHS_PLACES << 4);

/** Stops compiling where the parts do not fit. */
export function checkRoom(): void {
	if (MERGE_END > <usize>ROOM_BYTES || PATHS_END > <usize>ROOM_BYTES)
		ERROR("the parts of the room are larger than ROOM_BYTES");
}
