// Byte-pair encoding of one word (Sennrich et al., 1508.07909): again and again
// the pair with the lowest rank is merged, the leftmost of equals first.

import { ensureMemory, room, scratch } from "./memory";
import { out, writeTo } from "./output";
import { madeBy, NONE, pairOf, rankOf } from "./pairs";
import { MERGE } from "./room";
import { idOf, writeSymbols } from "./symbols";

/** Words up to this many symbols are merged by scanning, longer ones by a heap. */
const SHORT: i32 = 64;

/** Merges a word and writes its tokens. */
export function mergeNow(start: usize, end: usize): void {
	const from = out;
	writeSymbols(start, end);
	const left = merge(from, <i32>((out - from) >>> 2));
	writeTo(from + ((<usize>left) << 2));
}

/**
 * Merges `count` symbols, int32 at `symbols`, in place to ids and returns how
 * many are left. O(n^2) with a small constant for short words, else O(n log n).
 */
export function merge(symbols: usize, count: i32): i32 {
	return count <= SHORT
		? mergeShort(symbols, count)
		: mergeLong(symbols, count);
}

/** By scanning all ranks, four at once; a symbol keeps its place when merged. */
function mergeShort(symbols: usize, count: i32): i32 {
	const ranks = room + MERGE;
	const made = ranks + 256;
	/** Byte each: the neighbour on the right and on the left of a symbol. */
	const right = ranks + 512;
	const left = ranks + 640;
	const padded = (count + 3) & ~3;
	for (let i: usize = 0; i < <usize>padded; i++)
		store<u32>(ranks + (i << 2), NONE);
	for (let i: usize = 0; i < <usize>count; i++) {
		store<u8>(right + i, <u8>(i + 1));
		store<u8>(left + i, <u8>(i - 1));
		if (i + 1 < <usize>count) setPair(ranks, symbols, i, i + 1);
	}
	const ranksEnd = ranks + ((<usize>padded) << 2);
	while (true) {
		let lowest = i32x4.splat(NONE);
		for (let at = ranks; at < ranksEnd; at += 16)
			lowest = i32x4.min_u(lowest, v128.load(at));
		lowest = i32x4.min_u(lowest, i32x4.shuffle(lowest, lowest, 2, 3, 0, 1));
		lowest = i32x4.min_u(lowest, i32x4.shuffle(lowest, lowest, 1, 0, 3, 2));
		if (<u32>i32x4.extract_lane(lowest, 0) === NONE) break;
		let at = ranks;
		let found = i32x4.bitmask(i32x4.eq(v128.load(at), lowest));
		while (found === 0) {
			at += 16;
			found = i32x4.bitmask(i32x4.eq(v128.load(at), lowest));
		}
		const best = ((at - ranks) >>> 2) + <usize>ctz(found);
		store<u32>(symbols + (best << 2), load<u32>(made + (best << 2)));
		const gone: usize = load<u8>(right + best);
		store<u32>(ranks + (gone << 2), NONE);
		const after: usize = load<u8>(right + gone);
		store<u8>(right + best, <u8>after);
		if (after < <usize>count) {
			store<u8>(left + after, <u8>best);
			setPair(ranks, symbols, best, after);
		} else store<u32>(ranks + (best << 2), NONE);
		if (best > 0) setPair(ranks, symbols, load<u8>(left + best), best);
	}
	let n: usize = 0;
	for (let i: usize = 0; i < <usize>count; i = load<u8>(right + i))
		store<i32>(symbols + (n++ << 2), idOf(load<u32>(symbols + (i << 2))));
	return <i32>n;
}

/** Looks up the pair of two neighbours of a short word. */
function setPair(
	ranks: usize,
	symbols: usize,
	left: usize,
	right: usize,
): void {
	const pair = pairOf(
		load<u32>(symbols + (left << 2)),
		load<u32>(symbols + (right << 2)),
	);
	store<u32>(ranks + (left << 2), rankOf(pair));
	store<u32>(ranks + (left << 2), madeBy(pair), 256);
}

// A long word's records of 16 bytes: rank of the pair that begins here, the
// neighbours, and the symbol that the pair makes, or that this one is no longer there.
const RECORD: usize = 16;
const RIGHT: usize = 4;
const LEFT: usize = 8;
const MADE: usize = 12;
const GONE: u32 = 0xffffffff;
const END: u32 = 0xffffffff;

let heap: usize = 0;
let heapSize: u32 = 0;

/** By a binary heap of (rank, place) over a doubly linked list of symbols. */
function mergeLong(symbols: usize, count: i32): i32 {
	const n = <u32>count;
	const records = (scratch + 15) & ~15;
	heap = (records + <usize>n * RECORD + 15) & ~15;
	// A word offers one candidate for each pair, and a merge two at most.
	ensureMemory(heap + <usize>n * 3 * 8 + 64);
	heapSize = 0;
	for (let i: u32 = 0; i < n; i++) {
		const record = records + <usize>i * RECORD;
		store<u32>(record, i + 1 < n ? i + 1 : END, RIGHT);
		store<u32>(record, i > 0 ? i - 1 : END, LEFT);
		offer(symbols, records, i);
	}
	while (heapSize > 0) {
		const top = load<u64>(heap);
		pop();
		const at = <u32>top;
		const record = records + <usize>at * RECORD;
		if (load<u32>(record, MADE) === GONE) continue;
		// An entry is stale once the pair at its place is another.
		if (load<u32>(record) !== <u32>(top >>> 32)) continue;
		store<u32>(symbols + ((<usize>at) << 2), load<u32>(record, MADE));
		const gone = records + <usize>load<u32>(record, RIGHT) * RECORD;
		store<u32>(gone, GONE, MADE);
		const after = load<u32>(gone, RIGHT);
		store<u32>(record, after, RIGHT);
		if (after !== END) store<u32>(records + <usize>after * RECORD, at, LEFT);
		const before = load<u32>(record, LEFT);
		if (before !== END) offer(symbols, records, before);
		offer(symbols, records, at);
	}
	let written = symbols;
	for (let i: u32 = 0; i !== END; ) {
		store<i32>(written, idOf(load<u32>(symbols + ((<usize>i) << 2))));
		written += 4;
		i = load<u32>(records + <usize>i * RECORD, RIGHT);
	}
	return <i32>((written - symbols) >>> 2);
}

/** Looks up the pair that begins at a place, and puts it on the heap if it merges. */
function offer(symbols: usize, records: usize, at: u32): void {
	const record = records + <usize>at * RECORD;
	const right = load<u32>(record, RIGHT);
	if (right === END) {
		store<u32>(record, NONE);
		store<u32>(record, 0, MADE);
		return;
	}
	const pair = pairOf(
		load<u32>(symbols + ((<usize>at) << 2)),
		load<u32>(symbols + ((<usize>right) << 2)),
	);
	const rank = rankOf(pair);
	store<u32>(record, rank);
	store<u32>(record, madeBy(pair), MADE);
	if (rank !== NONE) push(((<u64>rank) << 32) | <u64>at);
}

function push(entry: u64): void {
	let i = heapSize++;
	while (i > 0) {
		const parent = (i - 1) >>> 1;
		const above = load<u64>(heap + ((<usize>parent) << 3));
		if (above <= entry) break;
		store<u64>(heap + ((<usize>i) << 3), above);
		i = parent;
	}
	store<u64>(heap + ((<usize>i) << 3), entry);
}

function pop(): void {
	const last = --heapSize;
	const entry = load<u64>(heap + ((<usize>last) << 3));
	let i: u32 = 0;
	while (true) {
		let child: u32 = 2 * i + 1;
		if (child >= last) break;
		let lesser = load<u64>(heap + ((<usize>child) << 3));
		if (child + 1 < last) {
			const other = load<u64>(heap + ((<usize>child + 1) << 3));
			if (other < lesser) {
				lesser = other;
				child++;
			}
		}
		if (entry <= lesser) break;
		store<u64>(heap + ((<usize>i) << 3), lesser);
		i = child;
	}
	store<u64>(heap + ((<usize>i) << 3), entry);
}
