// BPE of one word whose symbols may be unknown, or have a prefix or suffix. ../models/bpe.ts does the same, slowly.

import { BPE_FUSES_UNK, BPE_HAS_UNK, BPE_WHOLE_WORDS } from "../layout";
import { hasBytes, writeBytes } from "./byte-tokens";
import {
	bpeFlags,
	byteIds,
	prefix,
	prefixBytes,
	rest,
	suffix,
	suffixBytes,
	symbolOfId,
	unkId,
} from "./memory";
import { merge } from "./merge";
import { out, put, writeTo } from "./output";
import { baseOf, NO_BASE, tokenAt, tokenFrom, walk, walkedBase } from "./trie";
import { lengthOf } from "./utf8";

export function encodeAnyBpe(start: usize, end: usize): void {
	if ((bpeFlags & BPE_WHOLE_WORDS) !== 0) {
		const id = tokenAt(start, end);
		if (id >= 0) {
			put(id);
			return;
		}
	}
	const from = out;
	if (!writeIds(start, end)) {
		writeTo(from);
		put(-1);
		return;
	}
	for (let at = from; at < out; at += 4)
		store<i32>(at, load<i32>(symbolOfId + ((<usize>load<i32>(at)) << 2)));
	const count = <i32>((out - from) >>> 2);
	if (count > 0) writeTo(from + ((<usize>merge(from, count)) << 2));
}

/** Writes what merging begins with; false where the token of what is unknown is not there. */
function writeIds(start: usize, end: usize): bool {
	const first = baseOf(0);
	const later = rest < 0 ? NO_BASE : baseOf(rest);
	/** Whether the token of what is unknown is not yet written: more may come to it. */
	let isPending = false;
	for (let at = start; at < end; ) {
		const next = at + lengthOf(load<u8>(at));
		const base = at === start ? first : later;
		const id =
			next === end ? lastToken(base, at, end) : tokenFrom(base, at, next);
		if (id >= 0) {
			if (isPending) put(unkId);
			isPending = false;
			put(id);
		} else if (byteIds !== 0 && haveBytes(start, at, next, end)) {
			// The Rust library writes what is pending after these.
			if (at > start) writeBytes(prefix, prefix + prefixBytes);
			writeBytes(at, next);
			if (next === end) writeBytes(suffix, suffix + suffixBytes);
		} else if ((bpeFlags & BPE_HAS_UNK) !== 0) {
			if (unkId < 0) return false;
			if (isPending && (bpeFlags & BPE_FUSES_UNK) === 0) put(unkId);
			isPending = true;
		}
		at = next;
	}
	if (isPending) put(unkId);
	return true;
}

/** The token of a word's last character, with the suffix. */
function lastToken(base: u32, at: usize, end: usize): i32 {
	if (suffixBytes === 0) return tokenFrom(base, at, end);
	walk(base, at, end);
	return tokenFrom(walkedBase, suffix, suffix + suffixBytes);
}

/** Whether all bytes of a character, with prefix and suffix, have a token. */
function haveBytes(start: usize, at: usize, next: usize, end: usize): bool {
	return (
		(at === start || hasBytes(prefix, prefix + prefixBytes)) &&
		hasBytes(at, next) &&
		(next < end || hasBytes(suffix, suffix + suffixBytes))
	);
}
