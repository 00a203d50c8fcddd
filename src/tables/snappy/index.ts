// Snappy, in AssemblyScript: TypeScript's syntax, compiled to WebAssembly by
// build.mjs. The format is that of
// https://github.com/google/snappy/blob/main/format_description.txt, the search for
// matches that of the library. Addresses are bytes in one linear memory, which
// ../snappy.ts lays out.

/** What is compressed at once: places in it, and so offsets of copies, have 16 bits. */
const BLOCK: usize = 1 << 16;
const TABLE_BITS: u32 = 14;
/** Where no match begins: what reads ahead stays inside. */
const TAIL: usize = 15;

/** The last place in the block where four bytes of a hash were. */
let table: usize = 0;

/** The first address that is free; a table is made before it. */
export function heapStart(): usize {
	table = (__heap_base + 15) & ~15;
	return table + (2 << TABLE_BITS);
}

/** Compresses the bytes from `start` on to `out`; returns where that ends. */
export function compress(start: usize, end: usize, out: usize): usize {
	let length = <u32>(end - start);
	for (; length > 127; length >>>= 7) store<u8>(out++, length | 128);
	store<u8>(out++, length);
	for (; start < end; start += BLOCK)
		out = compressBlock(start, min(end, start + BLOCK), out);
	return out;
}

function compressBlock(start: usize, end: usize, out: usize): usize {
	if (end - start < TAIL + 4) return putLiteral(start, end, out);
	memory.fill(table, 0, 2 << TABLE_BITS);
	const limit = end - TAIL;
	let emitted = start;
	let at = start + 1;
	while (true) {
		// Steps grow where nothing is found.
		let steps: u32 = 32;
		let next = at;
		let candidate: usize = 0;
		do {
			at = next;
			next = at + (steps++ >>> 5);
			if (next > limit) return putLiteral(emitted, end, out);
			candidate = exchange(start, at);
		} while (load<u32>(candidate) !== load<u32>(at));
		out = putLiteral(emitted, at, out);
		do {
			const length = 4 + matchLength(candidate + 4, at + 4, end);
			out = putCopy(<u32>(at - candidate), length, out);
			at += length;
			emitted = at;
			if (at >= limit) return putLiteral(emitted, end, out);
			exchange(start, at - 1);
			candidate = exchange(start, at);
		} while (load<u32>(candidate) === load<u32>(at));
		at++;
	}
}

/** Puts a place into the table, and gives the one that was there: the block's start where none was. */
// @inline
function exchange(start: usize, at: usize): usize {
	const hash = (load<u32>(at) * 0x1e35a7bd) >>> (32 - TABLE_BITS);
	const slot = table + ((<usize>hash) << 1);
	const before = start + <usize>load<u16>(slot);
	store<u16>(slot, <u16>(at - start));
	return before;
}

function matchLength(a: usize, b: usize, end: usize): u32 {
	const from = b;
	while (b + 8 <= end) {
		const difference = load<u64>(a) ^ load<u64>(b);
		if (difference !== 0) return <u32>(b - from) + <u32>(ctz(difference) >>> 3);
		a += 8;
		b += 8;
	}
	while (b < end && load<u8>(a) === load<u8>(b)) {
		a++;
		b++;
	}
	return <u32>(b - from);
}

function putLiteral(start: usize, end: usize, out: usize): usize {
	if (start === end) return out;
	const last = <u32>(end - start) - 1;
	if (last < 60) store<u8>(out++, last << 2);
	else if (last < 256) {
		store<u8>(out, 60 << 2);
		store<u8>(out + 1, last);
		out += 2;
	} else {
		store<u8>(out, 61 << 2);
		store<u16>(out + 1, <u16>last);
		out += 3;
	}
	// Most are short; what is written too much is overwritten.
	if (last < 16) v128.store(out, v128.load(start));
	else memory.copy(out, start, last + 1);
	return out + last + 1;
}

function putCopy(offset: u32, length: u32, out: usize): usize {
	for (; length >= 68; length -= 64) out = putLongCopy(offset, 64, out);
	if (length > 64) {
		out = putLongCopy(offset, 60, out);
		length -= 60;
	}
	if (length >= 12 || offset >= 2048) return putLongCopy(offset, length, out);
	store<u8>(out, ((offset >>> 8) << 5) | ((length - 4) << 2) | 1);
	store<u8>(out + 1, offset);
	return out + 2;
}

function putLongCopy(offset: u32, length: u32, out: usize): usize {
	store<u8>(out, ((length - 1) << 2) | 2);
	store<u16>(out + 1, <u16>offset);
	return out + 3;
}

/**
 * Writes what a block says to `out`, which is to end at `limit`; returns 0 where it says something
 * else. Some bytes beyond `end` and `limit` are read and written.
 */
export function uncompress(
	start: usize,
	end: usize,
	out: usize,
	limit: usize,
): usize {
	const first = out;
	let length: u32 = 0;
	for (let shift: u32 = 0; ; shift += 7) {
		if (start >= end || shift > 28) return 0;
		const byte: u32 = load<u8>(start++);
		length |= (byte & 127) << shift;
		if (byte < 128) break;
	}
	if (length !== <u32>(limit - out)) return 0;
	while (start < end) {
		const tag: u32 = load<u8>(start++);
		const kind = tag & 3;
		let size: u32 = (tag >>> 2) + 1;
		if (kind === 0) {
			if (size > 60) {
				const bytes = size - 60;
				if (bytes > <u32>(end - start)) return 0;
				size = (load<u32>(start) & (0xffffffff >>> (32 - 8 * bytes))) + 1;
				start += bytes;
			}
			if (size === 0 || size > <u32>(end - start) || size > <u32>(limit - out))
				return 0;
			if (size <= 16) v128.store(out, v128.load(start));
			else memory.copy(out, start, size);
			start += size;
			out += size;
			continue;
		}
		const bytes: u32 = kind === 3 ? 4 : kind;
		if (bytes > <u32>(end - start)) return 0;
		let offset: u32 = 0;
		if (kind === 1) {
			size = 4 + ((tag >>> 2) & 7);
			offset = ((tag >>> 5) << 8) | load<u8>(start);
		} else offset = kind === 2 ? load<u16>(start) : load<u32>(start);
		start += bytes;
		if (
			offset === 0 ||
			offset > <u32>(out - first) ||
			size > <u32>(limit - out)
		)
			return 0;
		copyWithin(out - offset, out, size);
		out += size;
	}
	return out === limit ? out : 0;
}

/** What is copied may overlap what it is copied from: it repeats then. */
// @inline
function copyWithin(from: usize, to: usize, size: u32): void {
	const end = to + size;
	if (to - from >= 16)
		for (; to < end; to += 16, from += 16) v128.store(to, v128.load(from));
	else if (to - from >= 8)
		for (; to < end; to += 8, from += 8) store<u64>(to, load<u64>(from));
	else for (; to < end; to++, from++) store<u8>(to, load<u8>(from));
}
