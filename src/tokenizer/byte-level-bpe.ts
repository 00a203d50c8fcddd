import { DataError } from "../core/errors.js";
import type { Int32Buffer } from "../core/token-batch.js";
import { AddedTokenFinder } from "./added-tokens.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import { bytesOfToken, characterOfByte } from "./byte-characters.js";
import { MergeTable } from "./merge-table.js";
import { WordMerger } from "./merge-word.js";
import { normalizeNfc } from "./normalize-nfc.js";
import { findSpecialToken } from "./special-tokens.js";
import {
	compileSplitPattern,
	GPT2_PATTERN,
	type SplitPattern,
} from "./split-pattern.js";
import type { SpecialToken } from "./tokenizer.js";
import {
	type AddedTokenJson,
	notATokenizer,
	type TokenizerConfigJson,
	type TokenizerJson,
} from "./tokenizer-json.js";

/** Words that the cache remembers before it starts anew; about 150 bytes each. */
const CACHE_WORDS = 1 << 18;
/** Longer words are not remembered: they hardly come again. */
const CACHE_WORD_LENGTH = 64;

/** A component of a tokenizer.json, of any type. */
interface Component {
	type?: string;
	[key: string]: unknown;
}

/** How a text becomes words, or why this engine cannot do it. */
type Shape =
	| { supported: true; splits: SplitPattern[]; normalize: boolean }
	| { supported: false; why: string };

/**
 * Byte-level BPE (GPT-2, Llama 3, Qwen and their like): a text is cut at added
 * tokens, normalized, split into words by regular expressions, and each word's
 * bytes are merged; words seen before come from a cache.
 */
export class ByteLevelBpe extends BaseTokenizer {
	readonly engine = "byte-level-bpe";
	readonly vocabSize: number;
	readonly bos: SpecialToken | null;
	readonly eos: SpecialToken | null;

	readonly #ids: Map<string, number>;
	readonly #tokens: (string | undefined)[];
	readonly #added: AddedTokenFinder;
	readonly #splits: SplitPattern[];
	readonly #normalize: boolean;
	readonly #merger: WordMerger;
	readonly #idOfByte: Int32Array;
	/** The vocabulary by the words that it spells, where a whole word comes before merging. */
	readonly #wholeWords: Map<string, number> | null;
	readonly #cache = new Map<string, number | Int32Array>();
	readonly #encoder = new TextEncoder();
	#bytes = new Uint8Array(1024);
	#symbols = new Int32Array(1024);

	/** @throws DataError `not-a-tokenizer`, also for what `explain` speaks against. */
	constructor(
		json: TokenizerJson,
		config: TokenizerConfigJson | null,
		name: string,
	) {
		super();
		const shape = shapeOf(json);
		if (!shape.supported)
			throw notATokenizer(
				name,
				`it cannot be run by this engine, which has no ${shape.why}`,
			);
		this.#splits = shape.splits;
		this.#normalize = shape.normalize;
		const vocabulary = json.model.vocab as Record<string, number>;
		this.#ids = new Map(Object.entries(vocabulary));
		this.#tokens = [];
		for (const [token, id] of this.#ids) this.#tokens[id] = token;
		this.#idOfByte = Int32Array.from(
			characterOfByte,
			(character) => this.#ids.get(character) as number,
		);
		this.#merger = new WordMerger(readMerges(json, this.#ids, name));
		this.#wholeWords =
			json.model.ignore_merges === true ? spelledWords(this.#ids) : null;
		for (const { content, id } of json.added_tokens) {
			this.#ids.set(content, id);
			this.#tokens[id] = content;
		}
		this.#added = new AddedTokenFinder(json.added_tokens);
		this.vocabSize = this.#tokens.length;
		const find = (kind: "bos" | "eos") =>
			findSpecialToken(kind, json, config, (token) => this.tokenToId(token));
		this.bos = find("bos");
		this.eos = find("eos");
	}

	/** Why this engine cannot run a tokenizer.json, or null when it can. */
	static explain(json: TokenizerJson): string | null {
		const shape = shapeOf(json);
		return shape.supported ? null : shape.why;
	}

	encodeInto(text: string, out: Int32Buffer): void {
		this.#added.split(
			text.toWellFormed(),
			(plain) => {
				const normal = this.#normalize ? normalizeNfc(plain) : plain;
				this.#encodeSplit(normal, 0, out);
			},
			(id) => out.push(id),
		);
	}

	/** @throws DataError `token-out-of-range` for an id outside the vocabulary. */
	decode(ids: ArrayLike<number>): string {
		const parts: Uint8Array[] = [];
		let length = 0;
		for (let i = 0; i < ids.length; i++) {
			const token = this.#tokens[ids[i]];
			if (token === undefined)
				throw new DataError(
					"token-out-of-range",
					`the token id ${ids[i]} is not in the vocabulary of ${this.vocabSize}.`,
				);
			const bytes = bytesOfToken(token);
			parts.push(bytes);
			length += bytes.length;
		}
		const all = new Uint8Array(length);
		let at = 0;
		for (const bytes of parts) {
			all.set(bytes, at);
			at += bytes.length;
		}
		return new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
	}

	tokenToId(token: string): number | undefined {
		return this.#ids.get(token);
	}

	/** Splits by pattern number `level`, and the pieces by the next; then encodes. */
	#encodeSplit(text: string, level: number, out: Int32Buffer): void {
		if (level === this.#splits.length) {
			this.#encodeWord(text, out);
			return;
		}
		const pattern = this.#splits[level].for(text);
		const isLast = level + 1 === this.#splits.length;
		const take = (piece: string) => {
			if (isLast) this.#encodeWord(piece, out);
			else this.#encodeSplit(piece, level + 1, out);
		};
		let start = 0;
		// What lies between two matches is a piece too ("isolated").
		for (const match of text.matchAll(pattern)) {
			const [piece] = match;
			if (match.index > start) take(text.slice(start, match.index));
			if (piece !== "") take(piece);
			start = match.index + piece.length;
		}
		if (start < text.length) take(text.slice(start));
	}

	#encodeWord(word: string, out: Int32Buffer): void {
		const known = this.#cache.get(word);
		if (known === undefined) this.#encodeNew(word, out);
		else if (typeof known === "number") out.push(known);
		else out.append(known);
	}

	#encodeNew(word: string, out: Int32Buffer): void {
		if (this.#bytes.length < 3 * word.length) {
			this.#bytes = new Uint8Array(6 * word.length);
			this.#symbols = new Int32Array(6 * word.length);
		}
		const { written } = this.#encoder.encodeInto(word, this.#bytes);
		const whole = this.#wholeWords?.get(word);
		let length = 1;
		if (whole !== undefined) this.#symbols[0] = whole;
		else {
			for (let i = 0; i < written; i++)
				this.#symbols[i] = this.#idOfByte[this.#bytes[i]];
			length = this.#merger.merge(this.#symbols, written);
		}
		out.append(this.#symbols.subarray(0, length));
		if (word.length > CACHE_WORD_LENGTH) return;
		if (this.#cache.size >= CACHE_WORDS) this.#cache.clear();
		// A copy of the word: a slice would keep the whole document in memory.
		const key = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
			this.#bytes.subarray(0, written),
		);
		this.#cache.set(
			key,
			length === 1 ? this.#symbols[0] : this.#symbols.slice(0, length),
		);
	}
}

function shapeOf(json: TokenizerJson): Shape {
	const no = (why: string): Shape => ({ supported: false, why });
	const { model } = json;
	if (model.type !== "BPE") return no(`model of type ${model.type}`);
	for (const key of ["dropout", "unk_token", "byte_fallback"])
		if (model[key]) return no(`BPE with ${key}`);
	for (const key of ["continuing_subword_prefix", "end_of_word_suffix"])
		if (model[key]) return no(`BPE with ${key}`);
	const vocabulary = model.vocab as Record<string, number> | undefined;
	for (const character of characterOfByte)
		if (!Number.isInteger(vocabulary?.[character]))
			return no("vocabulary without a token for each byte");

	const normalizer = json.normalizer as Component | null | undefined;
	if (normalizer && normalizer.type !== "NFC")
		return no(`normalizer of type ${normalizer.type}`);
	for (const token of json.added_tokens as (AddedTokenJson &
		Record<string, unknown>)[]) {
		for (const flag of ["lstrip", "rstrip", "single_word"])
			if (token[flag]) return no(`added tokens with ${flag}`);
		if (token.normalized && normalizer) return no("normalized added tokens");
	}
	const decoder = json.decoder as Component | null | undefined;
	if (decoder?.type !== "ByteLevel")
		return no(`decoder of type ${decoder?.type ?? "none"}`);

	const pre = json.pre_tokenizer as Component | null | undefined;
	const steps =
		pre?.type === "Sequence" ? (pre.pretokenizers as Component[]) : [pre];
	const splits: SplitPattern[] = [];
	for (const [i, step] of steps.entries()) {
		const isLast = i + 1 === steps.length;
		if (step?.type === "ByteLevel" && isLast && !step.add_prefix_space) {
			if (step.use_regex !== false) {
				const pattern = compileSplitPattern(GPT2_PATTERN);
				if (pattern) splits.push(pattern);
			}
		} else if (step?.type === "Split" && !isLast) {
			const source = (step.pattern as { Regex?: string } | undefined)?.Regex;
			if (step.behavior !== "Isolated" || step.invert)
				return no(`split with behavior ${step.behavior}`);
			const pattern = source === undefined ? null : compileSplitPattern(source);
			if (pattern === null)
				return no(`split by ${JSON.stringify(step.pattern)}`);
			splits.push(pattern);
		} else return no(`pre-tokenizer of type ${step?.type ?? "none"}`);
	}
	return { supported: true, splits, normalize: normalizer?.type === "NFC" };
}

function readMerges(
	json: TokenizerJson,
	ids: Map<string, number>,
	name: string,
): MergeTable {
	const merges = (json.model.merges ?? []) as (string | [string, string])[];
	const table = new MergeTable(merges.length);
	merges.forEach((merge, rank) => {
		const [left, right] = typeof merge === "string" ? merge.split(" ") : merge;
		const idOf = (token: string) => {
			const id = ids.get(token);
			if (id === undefined)
				throw notATokenizer(
					name,
					`merge ${rank + 1} (${JSON.stringify(merge)}) names the token ${JSON.stringify(token)}, which is not in the vocabulary`,
				);
			return id;
		};
		table.set(idOf(left), idOf(right), rank, idOf(left + right));
	});
	return table;
}

/** Ids by the text that each token spells, for tokens that are whole UTF-8. */
function spelledWords(ids: Map<string, number>): Map<string, number> {
	const words = new Map<string, number>();
	const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
	for (const [token, id] of ids) {
		try {
			words.set(strict.decode(bytesOfToken(token)), id);
		} catch {
			// Part of a character: no word is that.
		}
	}
	return words;
}
