// Unigram of one word: the tokens of the highest sum of scores. ../models/unigram.ts does the same, slowly.

import { TRIE_BASE_SHIFT, TRIE_LABEL, TRIE_TAKEN } from "../layout";
import { hasBytes, writeBytes } from "./byte-tokens";
import {
	byteIds,
	ensureMemory,
	longest,
	room,
	scores,
	scratch,
	singlePrecision,
	trie,
	unkId,
	unkScore,
} from "./memory";
import { put } from "./output";
import { PATHS, PATHS_PLACES } from "./room";
import { tokenAt } from "./trie";
import { lengthOf } from "./utf8";

// The best path to each place of a word, 16 bytes: its score, and of its last token the start and the id.
// Once the paths behind a place no longer matter, the place has the end of the token that begins there.
const SCORE: usize = 0;
const START: usize = 8;
const ID: usize = 12;
const NEXT: usize = 0;
/** Bytes after which a long word's tokens are written as soon as all paths go through one place. */
const WINDOW: usize = 2048;
const FEWEST_PLACES: usize = 256;
/** Sums of 32 bits begin again beyond it, as in SentencePiece 0.2.3. */
const MOST_SUM: f64 = 100000;

let paths: usize = 0;
let places: usize = 0;
/** Where a run of unknown characters began that are one token together; 0 outside of one. */
let run: usize = 0;

export function encodeUnigram(start: usize, end: usize): void {
	const size = end - start;
	places = 0;
	run = 0;
	if (size < PATHS_PLACES) {
		paths = room + PATHS;
		clear(0, size + 1);
		places = PATHS_PLACES;
	} else {
		paths = (scratch + 15) & ~15;
		makePlaces(min(size, longest) + 1);
	}
	store<f64>(paths, 0, SCORE);
	const root = load<u32>(trie) >>> TRIE_BASE_SHIFT;
	let window = start;
	/** Where the farthest path ends. */
	let reach = start;
	for (let at = start; at < end; ) {
		if (at === reach && at - window >= WINDOW) {
			const score = load<f64>(pathTo(at - window), SCORE);
			writePath(window, at - window);
			clear(0, at - window + 1);
			window = at;
			store<f64>(paths, score, SCORE);
		}
		makePlaces(min(end - window, at - window + longest) + 1);
		let best = load<f64>(pathTo(at - window), SCORE);
		if (singlePrecision && abs(best) > MOST_SUM) {
			for (let to = at; to <= reach; to++) {
				const path = pathTo(to - window);
				store<f64>(path, rounded(load<f64>(path, SCORE) - best), SCORE);
			}
			best = 0;
		}
		const begin: u64 = <u64>(at - window);
		const next = at + lengthOf(load<u8>(at));
		let isSingle = false;
		let base = root;
		for (let to = at; to < end; ) {
			const byte: u32 = load<u8>(to);
			const node = load<u64>(trie + ((<usize>(base ^ byte)) << 3));
			if ((<u32>node & TRIE_LABEL) !== (byte | TRIE_TAKEN)) break;
			to++;
			base = <u32>node >>> TRIE_BASE_SHIFT;
			const id = <i32>(node >>> 32);
			if (id < 0) continue;
			if (to === next) isSingle = true;
			if (to > reach) reach = to;
			const path = pathTo(to - window);
			const score = rounded(load<f64>(scores + ((<usize>id) << 3)) + best);
			if (score > load<f64>(path, SCORE)) {
				store<f64>(path, score, SCORE);
				store<u64>(path, begin | ((<u64>(<u32>id)) << 32), START);
			}
		}
		if (!isSingle) {
			const path = pathTo(next - window);
			const score = rounded(unkScore + best);
			if (score > load<f64>(path, SCORE)) {
				// The Rust library fails here, even if this is no part of the best path.
				if (unkId < 0) put(unkId);
				store<f64>(path, score, SCORE);
				store<u64>(path, begin | ((<u64>(<u32>unkId)) << 32), START);
			}
			if (next > reach) reach = next;
		}
		at = next;
	}
	writePath(window, end - window);
	if (run !== 0) writeRun(run, end);
}

/** A sum as it is kept and compared. */
// @inline
function rounded(score: f64): f64 {
	return singlePrecision ? <f64>(<f32>score) : score;
}

// @inline
function pathTo(place: usize): usize {
	return paths + (place << 4);
}

/** Makes room for so many places. */
// @inline
function makePlaces(count: usize): void {
	if (count > places) growPlaces(count);
}

function growPlaces(count: usize): void {
	const more = max(max(count, 2 * places), FEWEST_PLACES);
	ensureMemory(pathTo(more));
	clear(places, more);
	places = more;
}

/** Makes places that no path has come to. */
function clear(from: usize, to: usize): void {
	for (let place = from; place < to; place++)
		store<f64>(pathTo(place), -Infinity, SCORE);
}

/** Writes the tokens of the best path from the window's start to a place. */
function writePath(window: usize, last: usize): void {
	for (let place = last; place > 0; ) {
		const before: usize = load<u32>(pathTo(place), START);
		store<u32>(pathTo(before), <u32>place, NEXT);
		place = before;
	}
	for (let place: usize = 0; place < last; ) {
		const next: usize = load<u32>(pathTo(place), NEXT);
		const id = load<i32>(pathTo(next), ID);
		if (id === unkId) {
			if (run === 0) run = window + place;
		} else {
			if (run !== 0) writeRun(run, window + place);
			run = 0;
			put(id);
		}
		place = next;
	}
}

/** Writes what a run of unknown characters becomes: it may be a token after all. */
function writeRun(start: usize, end: usize): void {
	const id = singlePrecision ? -1 : tokenAt(start, end);
	if (id >= 0) put(id);
	else if (byteIds !== 0 && hasBytes(start, end)) writeBytes(start, end);
	else put(unkId);
}
