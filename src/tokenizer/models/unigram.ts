import type { Int32Buffer } from "../../core/buffers.js";
import type { Component } from "../component.js";
import {
	HEADER_BYTE_IDS,
	HEADER_MODEL,
	HEADER_SCORES,
	HEADER_SINGLE_PRECISION,
	HEADER_UNK_ID,
	HEADER_UNK_SCORE,
	MODEL_UNIGRAM,
} from "../layout.js";
import { addTrie } from "./add-trie.js";
import { idsOfBytes } from "./byte-tokens.js";
import type { Model } from "./model.js";
import { noToken } from "./no-token.js";
import { readPieces } from "./pieces.js";
import { lazyTrie } from "./read-trie.js";

/** What a character without a token costs beside the least score. */
const UNK_PENALTY = 10;

/** Sums of 32 bits begin again beyond it, as in SentencePiece 0.2.3. */
const MOST_SUM = 100000;

/** Scores beyond it are left to what is not the kernel. */
const MOST_SCORE = 1e200;

/**
 * The tokens of the highest sum of scores (Kudo, 1804.10959), found as the Rust library does it: sums are
 * of 64 bits from the left, and of equals the one whose last token is longer counts.
 */
export function readUnigram(component: Component): Model {
	const pieces = readPieces(component);
	return unigram(component, {
		...pieces,
		found: pieces.ids,
		fallsBack: component.flag("byte_fallback", false),
		unkScore: pieces.leastScore - UNK_PENALTY,
		isSingle: false,
	});
}

export interface UnigramOf {
	ids: ReadonlyMap<string, number>;
	tokens: readonly string[];
	scores: Float64Array;
	unkId: number | null;
	/** The pieces that are looked for in a text. */
	found: ReadonlyMap<string, number>;
	fallsBack: boolean;
	unkScore: number;
	/** As SentencePiece itself: sums are kept in 32 bits, and a run of unknown characters is no token. */
	isSingle: boolean;
}

/** Unigram of pieces that were read. */
export function unigram(component: Component, of: UnigramOf): Model {
	const { ids, tokens, scores, unkId, found } = of;
	const { fallsBack, unkScore, isSingle } = of;
	const trieOf = lazyTrie(component, found);
	const idOfByte = idsOfBytes(ids);
	const rounded = isSingle ? Math.fround : (score: number) => score;
	const encoder = new TextEncoder();
	const decoder = new TextDecoder();

	/** The id of the text between two places, or -1. */
	const idOf = (bytes: Uint8Array, start: number, end: number): number => {
		const trie = trieOf();
		let node = trie.root;
		for (let at = start; at < end && node !== -1; at++)
			node = trie.child(node, bytes[at]);
		return node === -1 ? -1 : trie.id(node);
	};

	/** Adds what a stretch of unknown characters becomes, its last token first. */
	const addUnknown = (
		bytes: Uint8Array,
		start: number,
		end: number,
		backwards: number[],
	) => {
		const id = isSingle ? -1 : idOf(bytes, start, end);
		if (id !== -1) {
			backwards.push(id);
			return;
		}
		const mine = bytes.subarray(start, end);
		if (fallsBack && mine.every((byte) => idOfByte[byte] !== -1))
			for (let at = mine.length - 1; at >= 0; at--)
				backwards.push(idOfByte[mine[at]]);
		else backwards.push(unkId as number);
	};

	return {
		type: isSingle ? "SentencePiece-Unigram" : "Unigram",
		tokens,
		tokenToId: (token) => ids.get(token),
		encodeWord(word: string, out: Int32Buffer) {
			const trie = trieOf();
			const bytes = encoder.encode(word);
			const size = bytes.length;
			/** Of the best path to each place: its score, and its last token with its start. */
			const best = new Float64Array(size + 1);
			const starts = new Int32Array(size + 1).fill(-1);
			const lasts = new Int32Array(size + 1);
			/** Where the farthest path ends. */
			let reach = 0;
			for (let start = 0; start < size; ) {
				if (isSingle && Math.abs(best[start]) > MOST_SUM) {
					const offset = best[start];
					for (let at = start; at <= reach; at++)
						best[at] = rounded(best[at] - offset);
				}
				const length = lengthOf(bytes[start]);
				let isOne = false;
				let node = trie.root;
				for (let at = start; at < size; ) {
					node = trie.child(node, bytes[at++]);
					if (node === -1) break;
					const id = trie.id(node);
					if (id === -1) continue;
					reach = Math.max(reach, at);
					isOne ||= at === start + length;
					const score = rounded(scores[id] + best[start]);
					if (starts[at] !== -1 && score <= best[at]) continue;
					best[at] = score;
					starts[at] = start;
					lasts[at] = id;
				}
				const end = start + length;
				const score = rounded(unkScore + best[start]);
				if (!isOne) reach = Math.max(reach, end);
				if (!isOne && (starts[end] === -1 || score > best[end])) {
					if (unkId === null)
						throw noToken(decoder.decode(bytes.subarray(start, end)), null);
					best[end] = score;
					starts[end] = start;
					lasts[end] = unkId;
				}
				start = end;
			}
			const backwards: number[] = [];
			/** Where unknown characters end that are one token together. */
			let unknownEnd = -1;
			for (let end = size; end > 0; end = starts[end]) {
				const isUnknown = lasts[end] === unkId;
				if (!isUnknown && unknownEnd !== -1) {
					addUnknown(bytes, end, unknownEnd, backwards);
					unknownEnd = -1;
				}
				if (!isUnknown) backwards.push(lasts[end]);
				else if (unknownEnd === -1) unknownEnd = end;
			}
			if (unknownEnd !== -1) addUnknown(bytes, 0, unknownEnd, backwards);
			for (let i = backwards.length - 1; i >= 0; i--) out.push(backwards[i]);
		},
		addTo(image, spaceIsBlock) {
			// Sums stay finite in the kernel, so that it need not ask.
			if (tokens.length === 0 || scores.some((s) => Math.abs(s) > MOST_SCORE))
				return null;
			if (addTrie(image, found, spaceIsBlock) === null) return null;
			image.set(HEADER_MODEL, MODEL_UNIGRAM);
			image.addAt(HEADER_SCORES, scores);
			image.setFloat(HEADER_UNK_SCORE, unkScore);
			image.set(HEADER_UNK_ID, unkId ?? -1);
			image.set(HEADER_SINGLE_PRECISION, Number(isSingle));
			if (fallsBack) image.addAt(HEADER_BYTE_IDS, idOfByte);
			const missing = unkId === null ? { unk: null } : null;
			// What fails gives an id more; a space that falls back to bytes gives three.
			const idsPerByte = fallsBack ? 3 : missing === null ? 1 : 2;
			return { idsPerByte, missing };
		},
	};
}

/** How many bytes the character with this first byte has. */
function lengthOf(first: number): number {
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
