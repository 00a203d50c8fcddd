import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as Rust } from "tokenizers";
import { expect } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { compilePipeline } from "../../src/tokenizer/compile-pipeline.js";
import { Component } from "../../src/tokenizer/component.js";
import { readNormalizer } from "../../src/tokenizer/normalizers/normalizers.js";
import { PipelineTokenizer } from "../../src/tokenizer/pipeline-tokenizer.js";
import { readPreTokenizer } from "../../src/tokenizer/pre-tokenizers/pre-tokenizers.js";
import { parseTokenizerJson } from "../../src/tokenizer/tokenizer-json.js";
import { root } from "../helpers.js";

type Json = Record<string, unknown>;

/** Draws from a seed: the same things each time. */
export class Draw {
	readonly #next: () => number;

	constructor(seed: number) {
		this.#next = createRandom(seed);
	}

	below(count: number): number {
		return this.#next() % count;
	}

	one<T>(of: readonly T[]): T {
		return of[this.below(of.length)];
	}

	is(chance: number): boolean {
		return this.below(1000) < chance * 1000;
	}

	list<T>(most: number, make: () => T): T[] {
		return Array.from({ length: this.below(most + 1) }, make);
	}
}

const languages = readFileSync(
	join(root, "fixtures/scripts/udhr.jsonl"),
	"utf8",
)
	.trim()
	.split("\n")
	.map((line) => JSON.parse(line).text as string);

/** What components treat in ways of their own. */
const EDGES = [
	..." \t\n\r\u00a0\u3000\u2003\u200b\u200d\ufeff\u0085\u2028",
	..."aAzZ019_-.,!?'\"()[]{}<>$+=|~^`@#%&*/\\:;",
	..."\u00e9\u00c9\u00df\u0130\u0131\u03a3\u03c2\u01c5\ufb01\u2126\u212b\u1e9e",
	..."\u0301\u0308\u0323\u0345\u093c\u3099\u05b0\u064b\u0e31",
	..."\u4e2d\u6587\u65e5\u672c\uac00\u1100\u1161\u11a8\u304b\u30ab\uff76\uff9e\u3031",
	..."\u00bd\u00b2\u2460\u0664\u0967\u2167\u{1d7d8}\u00aa",
	..."\u2581\u2584\u0120\u010a\u00ad\u2060\u{1f600}\u{1f468}\u200d\u{1f469}\u{1f1e9}\u{1f1ea}\u{10ffff}\ue000\u0000\u0007\u007f",
	..."\u00bf\u2014\u201c\u3002\u060c\u0f0b\u2044\u20ac",
	"the ",
	"don't ",
	"12345 ",
	"  ",
	"ab",
	"<s>",
	"[UNK]",
];

export function randomText(draw: Draw): string {
	if (draw.is(0.02)) return "";
	if (draw.is(0.5)) {
		const text = draw.one(languages);
		const from = draw.below(text.length);
		return text.slice(from, from + 1 + draw.below(120)).toWellFormed();
	}
	return draw.list(30, () => draw.one(EDGES)).join("");
}

const PATTERNS = [
	{ Regex: "\\s+" },
	{ Regex: "\\d" },
	{ Regex: "\\p{N}{1,3}" },
	{ Regex: "[^\\s]+" },
	{ Regex: "\\p{L}+|\\p{N}+" },
	{ Regex: "(?i:'s|'t)| ?\\p{L}+| ?[^\\s\\p{L}]+|\\s+(?!\\S)|\\s+" },
	{ Regex: "[\\p{P}\\p{S}]" },
	{ Regex: "\\w+" },
	{ Regex: "[a-z]|[A-Z]" },
	{ Regex: "x*" },
	{ String: " " },
	{ String: "a" },
	{ String: "." },
	{ String: "ab" },
];
const BEHAVIORS = [
	"Removed",
	"Isolated",
	"MergedWithPrevious",
	"MergedWithNext",
	"Contiguous",
];
const SCHEMES = ["always", "first", "never"];

const normalizers: Record<string, (draw: Draw, depth: number) => Json> = {
	NFC: () => ({}),
	NFD: () => ({}),
	NFKC: () => ({}),
	NFKD: () => ({}),
	Lowercase: () => ({}),
	StripAccents: () => ({}),
	Nmt: () => ({}),
	Strip: (draw) => ({ strip_left: draw.is(0.5), strip_right: draw.is(0.5) }),
	BertNormalizer: (draw) => ({
		clean_text: draw.is(0.5),
		handle_chinese_chars: draw.is(0.5),
		strip_accents: draw.one([null, true, false]),
		lowercase: draw.is(0.5),
	}),
	Replace: (draw) => ({
		pattern: draw.one(PATTERNS.filter((p) => p.Regex !== "x*")),
		content: draw.one(["", " ", "\u2581", "xy", "\u0301"]),
	}),
	Prepend: (draw) => ({ prepend: draw.one(["\u2581", "_", "ab", "\u0301"]) }),
	ByteLevel: () => ({}),
	Sequence: (draw, depth) => ({
		normalizers: draw.list(3, () => random(normalizers, draw, depth + 1)),
	}),
};

const preTokenizers: Record<string, (draw: Draw, depth: number) => Json> = {
	ByteLevel: (draw) => ({
		add_prefix_space: draw.is(0.5),
		trim_offsets: true,
		use_regex: draw.is(0.5),
	}),
	Whitespace: () => ({}),
	WhitespaceSplit: () => ({}),
	BertPreTokenizer: () => ({}),
	Metaspace: (draw) => ({
		replacement: draw.one(["\u2581", "_"]),
		prepend_scheme: draw.one(SCHEMES),
		split: draw.is(0.7),
	}),
	Punctuation: (draw) => ({ behavior: draw.one(BEHAVIORS) }),
	Digits: (draw) => ({ individual_digits: draw.is(0.5) }),
	Split: (draw) => ({
		pattern: draw.one(PATTERNS),
		behavior: draw.one(BEHAVIORS),
		invert: draw.is(0.3),
	}),
	CharDelimiterSplit: (draw) => ({ delimiter: draw.one([" ", "a", "-"]) }),
	UnicodeScripts: () => ({}),
	FixedLength: (draw) => ({ length: 1 + draw.below(6) }),
	Sequence: (draw, depth) => ({
		pretokenizers: draw.list(3, () => random(preTokenizers, draw, depth + 1)),
	}),
};

const decoders: Record<string, (draw: Draw, depth: number) => Json> = {
	ByteLevel: () => ({
		add_prefix_space: true,
		trim_offsets: true,
		use_regex: true,
	}),
	ByteFallback: () => ({}),
	Fuse: () => ({}),
	Replace: (draw) => ({
		pattern: { String: draw.one(["\u2581", "a", "##"]) },
		content: " ",
	}),
	// With a stop the Rust library ends the process where a token is shorter.
	Strip: (draw) => ({
		content: draw.one([" ", "\u2581"]),
		start: draw.below(3),
		stop: 0,
	}),
	Metaspace: (draw) => ({
		replacement: "\u2581",
		prepend_scheme: draw.one(SCHEMES),
		split: true,
	}),
	WordPiece: (draw) => ({ prefix: "##", cleanup: draw.is(0.5) }),
	BPEDecoder: () => ({ suffix: "</w>" }),
	Sequence: (draw, depth) => ({
		decoders: draw.list(3, () => random(decoders, draw, depth + 1)),
	}),
};

function random(
	kinds: Record<string, (draw: Draw, depth: number) => Json>,
	draw: Draw,
	depth = 0,
): Json {
	const names = Object.keys(kinds).filter(
		(name) => depth < 2 || name !== "Sequence",
	);
	const type = draw.one(names);
	return { type, ...kinds[type](draw, depth) };
}

/** A tokenizer.json of components, vocabulary and added tokens that are drawn. */
export function randomTokenizer(draw: Draw): Json {
	const preTokenizer = draw.is(0.8) ? random(preTokenizers, draw) : null;
	const splitter =
		preTokenizer === null
			? null
			: readPreTokenizer(new Component(preTokenizer, "pre_tokenizer", "x"));
	// Such a one and a normalizer are refused.
	const mayNormalize = draw.is(0.7);
	const normalizer = mayNormalize ? random(normalizers, draw) : null;
	const normalize = (text: string) =>
		normalizer === null
			? text
			: readNormalizer(new Component(normalizer, "normalizer", "x")).apply(
					text,
				);
	const words = new Set<string>();
	for (let i = 0; i < 12; i++) {
		const text = normalize(randomText(draw));
		if (splitter === null) words.add(text);
		else if (text !== "") splitter.split(text, 0, (word) => words.add(word));
	}
	words.delete("");
	const model = draw.one([bpe, unigram, wordPiece, wordLevel])(draw, [
		...words,
	]);
	return {
		version: "1.0",
		truncation: null,
		padding: null,
		added_tokens: addedTokens(draw, normalize),
		normalizer,
		pre_tokenizer: preTokenizer,
		post_processor: null,
		decoder: draw.is(0.8) ? random(decoders, draw) : null,
		model,
	};
}

function addedTokens(draw: Draw, normalize: (text: string) => string): Json[] {
	const contents = new Set(
		draw.list(3, () =>
			draw.one([
				"<s>",
				"[UNK]",
				"the",
				"\u00e9",
				"ab",
				"A",
				" x",
				"\u4e2d",
				"e",
			]),
		),
	);
	// Of two that are the same once they are normalized the Rust library takes either.
	const apart = new Map<string, string>();
	for (const content of contents) apart.set(normalize(content), content);
	// One of which nothing is left ends the process.
	apart.delete("");
	return [...apart.values()].map((content, i) => ({
		id: 100_000 + i,
		content,
		single_word: draw.is(0.2),
		lstrip: draw.is(0.2),
		rstrip: draw.is(0.2),
		normalized: draw.is(0.5),
		special: draw.is(0.5),
	}));
}

const PIECES = ["<unk>", "<s>"];

function withIds(tokens: Iterable<string>): Record<string, number> {
	return Object.fromEntries(
		[...new Set(tokens)].map((token, id) => [token, id]),
	);
}

function byteTokens(draw: Draw): string[] {
	const all = Array.from(
		{ length: 256 },
		(_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
	);
	return draw.is(0.8) ? all : all.filter(() => draw.is(0.9));
}

function bpe(draw: Draw, words: string[]): Json {
	const prefix = draw.is(0.15) ? "##" : null;
	const suffix = draw.is(0.15) ? "</w>" : null;
	const byteFallback = draw.is(0.3);
	const lists = words.map((word) => {
		const characters = [...word];
		return characters.map(
			(c, i) =>
				(i > 0 && prefix !== null ? prefix : "") +
				c +
				(i === characters.length - 1 && suffix !== null ? suffix : ""),
		);
	});
	const tokens = new Set(PIECES);
	for (const list of lists)
		for (const c of list) if (!draw.is(0.03)) tokens.add(c);
	if (byteFallback) for (const token of byteTokens(draw)) tokens.add(token);
	const merges: [string, string][] = [];
	const known = new Set<string>();
	for (let i = 0; i < 150 && lists.length > 0; i++) {
		const list = draw.one(lists);
		if (list.length < 2) continue;
		const at = draw.below(list.length - 1);
		const [left, right] = [list[at], list[at + 1]];
		const key = `${left}\n${right}`;
		if (!tokens.has(left) || !tokens.has(right) || known.has(key)) continue;
		const merged =
			left +
			(prefix !== null && right.startsWith(prefix)
				? right.slice(prefix.length)
				: right);
		known.add(key);
		merges.push([left, right]);
		tokens.add(merged);
		list.splice(at, 2, merged);
	}
	return {
		type: "BPE",
		dropout: null,
		unk_token: draw.is(0.7) ? "<unk>" : null,
		continuing_subword_prefix: prefix,
		end_of_word_suffix: suffix,
		fuse_unk: draw.is(0.5),
		byte_fallback: byteFallback,
		ignore_merges: draw.is(0.2),
		vocab: withIds(tokens),
		merges,
	};
}

function pieceOf(draw: Draw, word: string): [string, boolean] {
	const characters = [...word];
	const from = draw.below(characters.length);
	const to = from + 1 + draw.below(Math.min(6, characters.length - from));
	return [characters.slice(from, to).join(""), from === 0];
}

function unigram(draw: Draw, words: string[]): Json {
	const byteFallback = draw.is(0.3);
	const hasUnknown = draw.is(0.85);
	const tokens = new Set(hasUnknown ? PIECES : []);
	if (byteFallback) for (const token of byteTokens(draw)) tokens.add(token);
	for (let i = 0; i < 250 && words.length > 0; i++)
		tokens.add(pieceOf(draw, draw.one(words))[0]);
	if (draw.is(0.7))
		for (const word of words) for (const c of word) tokens.add(c);
	if (tokens.size === 0) tokens.add("a");
	return {
		type: "Unigram",
		unk_id: hasUnknown ? 0 : null,
		byte_fallback: byteFallback,
		// Few scores, so that there are ties.
		vocab: [...tokens].map((token) => [
			token,
			draw.is(0.5) ? -draw.below(12) : -draw.below(1_000_000) / 77_777,
		]),
	};
}

function wordPiece(draw: Draw, words: string[]): Json {
	const prefix = draw.one(["##", "", "@@"]);
	const tokens = new Set(PIECES);
	for (let i = 0; i < 250 && words.length > 0; i++) {
		const [piece, isFirst] = pieceOf(draw, draw.one(words));
		tokens.add(isFirst ? piece : prefix + piece);
	}
	return {
		type: "WordPiece",
		unk_token: "<unk>",
		continuing_subword_prefix: prefix,
		max_input_chars_per_word: draw.one([4, 20, 100]),
		vocab: withIds(tokens),
	};
}

function wordLevel(draw: Draw, words: string[]): Json {
	const known = words.filter(() => draw.is(0.7));
	return {
		type: "WordLevel",
		unk_token: "<unk>",
		vocab: withIds([...PIECES, ...known]),
	};
}

/** Compares ids and decoded texts with the Rust library, of a tokenizer and some texts. */
export async function expectSame(json: Json, texts: readonly string[]) {
	const source = JSON.stringify(json);
	const rust = Rust.fromString(source);
	const { vocab: _, merges: __, ...model } = json.model as Json;
	const components = JSON.stringify({ ...json, model });
	const ours = new PipelineTokenizer(
		compilePipeline(parseTokenizerJson(source, "x"), null, "x"),
	);
	for (const text of texts) {
		const due = await rust
			.encode(text, null, { addSpecialTokens: false })
			.then((encoding) => encoding.getIds())
			.catch(() => null);
		let found: number[] | null = null;
		try {
			found = Array.from(ours.encode(text));
		} catch (error) {
			expect(error).toMatchObject({ code: "token-out-of-range" });
		}
		const where = () => `${JSON.stringify(text)} by ${components}`;
		if (String(found) !== String(due))
			expect({ found, where: where() }).toEqual({ found: due, where: where() });
		if (due === null || due.length === 0) continue;
		const decoded = await rust.decode(due, false);
		if (ours.decode(due) !== decoded)
			expect({ decoded: ours.decode(due), ids: due, where: where() }).toEqual({
				decoded,
				ids: due,
				where: where(),
			});
	}
}
