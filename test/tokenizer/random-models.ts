// Models and words made at random, of characters of one to four bytes.

import { type Random, randomBelow } from "../../src/core/random.js";

export type Json = Record<string, unknown>;

export const alphabet = [..."abcde", "é", "▁", "#", "日", "本", "🙂", "\0"];

/** A number from 0 to 1, of 32 bits. */
export const chance = (random: Random) => random() / 2 ** 32;

export function pick<Value>(random: Random, values: readonly Value[]): Value {
	return values[randomBelow(random, values.length)];
}

export function randomText(
	random: Random,
	most: number,
	from = alphabet,
): string {
	const length = 1 + randomBelow(random, most);
	return Array.from({ length }, () => pick(random, from)).join("");
}

/** Words of known characters, of unknown ones, and of tokens put together. */
export function randomWords(
	random: Random,
	tokens: readonly string[],
): string[] {
	const all = [...alphabet, "z", "ñ", "語", "🙃"];
	return Array.from({ length: 30 }, (_, i) =>
		i % 3 === 0 && tokens.length > 0
			? randomText(
					random,
					5,
					tokens.map((t) => t || "a"),
				)
			: randomText(random, i % 3 === 1 ? 6 : 30, i % 2 === 0 ? alphabet : all),
	);
}

const byteNames = Array.from(
	{ length: 256 },
	(_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
);

/** Names of bytes: none, some, or all. */
function randomBytes(random: Random): string[] {
	const share = pick(random, [0, 0.9, 1]);
	return byteNames.filter(() => chance(random) < share);
}

/** Ids in order, or with holes, sometimes one twice. */
function withIds(random: Random, tokens: readonly string[]) {
	const hole = pick(random, [1, 1, 5]);
	const twice = pick(random, [0, 0, 0.02]);
	let next = 0;
	return Object.fromEntries(
		[...new Set(tokens)].map((token) => {
			const id = next;
			next += chance(random) < twice ? 0 : 1 + randomBelow(random, hole);
			return [token, id];
		}),
	);
}

export function randomBpe(random: Random): Json {
	const prefix = pick(random, [null, null, "", "##", "é"]);
	const suffix = pick(random, [null, null, "", "</w>"]);
	const unk = pick(random, [null, "<unk>", "missing", "a"]);
	const rest = (character: string) => `${prefix ?? ""}${character}`;
	const tokens = ["<unk>", ...randomBytes(random)];
	for (const character of alphabet) {
		if (chance(random) < 0.9) tokens.push(character);
		if (chance(random) < 0.9) tokens.push(rest(character));
		if (chance(random) < 0.7) tokens.push(character + (suffix ?? ""));
		if (chance(random) < 0.7) tokens.push(rest(character) + (suffix ?? ""));
	}
	const merges: [string, string][] = [];
	for (let i = 0; i < 80; i++) {
		const left = pick(random, tokens);
		const right = pick(random, tokens);
		const begins = right.startsWith(prefix ?? "");
		if (suffix && left.endsWith(suffix)) continue;
		if (!begins || left.startsWith("<") || right.startsWith("<")) continue;
		merges.push([left, right]);
		if (chance(random) < 0.1) merges.push(pick(random, merges));
		tokens.push(left + right.slice((prefix ?? "").length));
	}
	const asTexts = chance(random) < 0.4;
	return {
		type: "BPE",
		dropout: pick(random, [null, 0]),
		unk_token: unk,
		continuing_subword_prefix: prefix,
		end_of_word_suffix: suffix,
		fuse_unk: chance(random) < 0.5,
		byte_fallback: chance(random) < 0.5,
		ignore_merges: chance(random) < 0.3,
		vocab: withIds(random, tokens),
		merges: asTexts
			? ["#version: 0.2", ...merges.map((merge) => merge.join(" "))]
			: merges,
	};
}

export function randomUnigram(random: Random): Json {
	const tokens = ["<unk>", ...randomBytes(random)];
	for (const character of alphabet)
		if (chance(random) < 0.8) tokens.push(character);
	for (let i = 0; i < 60; i++) tokens.push(randomText(random, 5));
	if (chance(random) < 0.2) tokens.push("", "<unk>a", "<unk><unk>", "a<unk>");
	const score = pick(random, [
		() => -randomBelow(random, 5),
		() => -randomBelow(random, 20) / 10,
		() => -chance(random) * 12 - random() / 2 ** 50,
		// Where unknown characters cost less than nothing.
		() => randomBelow(random, 60),
	]);
	return {
		type: "Unigram",
		unk_id: pick(random, [0, 0, 0, null, 3]),
		byte_fallback: chance(random) < 0.5,
		vocab: tokens.map((token) => [token, score()]),
	};
}

export function randomWordPiece(random: Random): Json {
	const prefix = pick(random, ["##", "", "é", "ab"]);
	const tokens = ["[UNK]", prefix];
	for (const character of alphabet) {
		if (chance(random) < 0.9) tokens.push(character);
		if (chance(random) < 0.9) tokens.push(prefix + character);
	}
	for (let i = 0; i < 60; i++)
		tokens.push(pick(random, ["", prefix]) + randomText(random, 5));
	return {
		type: "WordPiece",
		unk_token: pick(random, ["[UNK]", "[UNK]", "[UNK]", "missing"]),
		continuing_subword_prefix: prefix,
		max_input_chars_per_word: pick(random, [100, 100, 5, 0]),
		vocab: withIds(random, tokens),
	};
}

export function randomWordLevel(random: Random): Json {
	const tokens = [
		"<unk>",
		...Array.from({ length: 60 }, () => randomText(random, 3)),
	];
	return {
		type: "WordLevel",
		unk_token: pick(random, ["<unk>", "missing"]),
		vocab: withIds(random, tokens),
	};
}

/** The tokens of a model. */
export function tokensOf({ vocab }: Json): string[] {
	return Array.isArray(vocab)
		? vocab.map(([token]) => token)
		: Object.keys(vocab as object);
}
