// Tokens as strings of bytes with ranks, as tiktoken has them, to a tokenizer.json.

import { characterOfByte } from "../byte-characters.js";
import type { AddedTokenJson } from "../tokenizer-json.js";

/** What tiktoken knows of an encoding. */
export interface ByteRanks {
	/** Tokens by rank, where there is one: strings of a character a byte. */
	tokens: readonly string[];
	/** How much more a token's id is than its rank. */
	firstId: number;
	/** The expression that text is split by. */
	pattern: string;
	/** Whether text is composed first. */
	isNfc: boolean;
	/** Special tokens and their ids. */
	special: Readonly<Record<string, number>>;
}

/**
 * A tokenizer.json with the same ids. tiktoken joins the two neighbours that are the token of least
 * rank together, however that is divided: every division of a token into two is a merge.
 */
export function jsonOfRanks(of: ByteRanks): string {
	const { tokens, firstId, pattern, isNfc, special } = of;
	const ranks = new Map<string, number>();
	const names: string[] = [];
	// Tokens may be called as what every object inherits.
	const vocab: Record<string, number> = Object.create(null);
	tokens.forEach((token, rank) => {
		let name = "";
		for (let i = 0; i < token.length; i++)
			name += characterOfByte[token.charCodeAt(i)];
		ranks.set(token, rank);
		names[rank] = name;
		vocab[name] = firstId + rank;
	});
	const merges: [string, string][] = [];
	tokens.forEach((token) => {
		const pairs: [number, number][] = [];
		for (let i = 1; i < token.length; i++) {
			const left = ranks.get(token.slice(0, i));
			const right = ranks.get(token.slice(i));
			if (left !== undefined && right !== undefined) pairs.push([left, right]);
		}
		pairs.sort(([a, b], [c, d]) => a - c || b - d);
		for (const [left, right] of pairs) merges.push([names[left], names[right]]);
	});
	return JSON.stringify({
		version: "1.0",
		truncation: null,
		padding: null,
		added_tokens: addedTokens(special),
		normalizer: isNfc ? { type: "NFC" } : null,
		pre_tokenizer: {
			type: "Sequence",
			pretokenizers: [
				{
					type: "Split",
					pattern: { Regex: pattern },
					behavior: "Isolated",
					invert: false,
				},
				{
					type: "ByteLevel",
					add_prefix_space: false,
					trim_offsets: true,
					use_regex: false,
				},
			],
		},
		post_processor: null,
		decoder: {
			type: "ByteLevel",
			add_prefix_space: true,
			trim_offsets: true,
			use_regex: true,
		},
		model: {
			type: "BPE",
			dropout: null,
			unk_token: null,
			continuing_subword_prefix: null,
			end_of_word_suffix: null,
			fuse_unk: false,
			byte_fallback: false,
			ignore_merges: true,
			vocab: { ...vocab, ...special },
			merges,
		},
	});
}

const addedTokens = (
	special: Readonly<Record<string, number>>,
): AddedTokenJson[] =>
	Object.entries(special)
		.sort(([, a], [, b]) => a - b)
		.map(([content, id]) => ({
			id,
			content,
			single_word: false,
			lstrip: false,
			rstrip: false,
			normalized: false,
			special: true,
		}));
