import { Tokenizer as HuggingFace } from "@huggingface/tokenizers";
import type { Int32Buffer } from "../core/buffers.js";
import { DataError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import { specialsOf } from "./added-tokens.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import { Component } from "./component.js";
import { readModel } from "./models/models.js";
import { PatternError } from "./patterns/pattern-error.js";
import { requireQuick } from "./patterns/require-quick.js";
import { componentsOf, readComponents } from "./pipeline.js";
import { findSpecialToken } from "./special-tokens.js";
import type { SpecialToken } from "./tokenizer.js";
import {
	notATokenizer,
	type TokenizerConfigJson,
	type TokenizerJson,
} from "./tokenizer-json.js";

/**
 * The same tokenizer.json through `@huggingface/tokenizers` (plain TypeScript): slow, and with other ids than
 * the Rust library for some components (splits by behaviors other than Isolated,
 * Unigram with byte fallback, and what its expressions take for words or digits).
 * @throws DataError `not-a-tokenizer` when our own engine or the library cannot use the file.
 */
export class HuggingFaceTokenizer extends BaseTokenizer {
	readonly engine = "huggingface";
	readonly vocabSize: number;
	readonly bos: SpecialToken | null;
	readonly eos: SpecialToken | null;
	readonly specials: ReadonlyMap<number, string>;
	readonly #tokenizer: HuggingFace;
	readonly #name: string;

	constructor(
		json: TokenizerJson,
		config: TokenizerConfigJson | null,
		name: string,
	) {
		super();
		this.#name = name;
		requireSound(json, name);
		const nulls = {
			normalizer: null,
			pre_tokenizer: null,
			post_processor: null,
			decoder: null,
		};
		try {
			// An empty configuration: the ids are what tokenizer.json alone says,
			// as with the Rust library.
			this.#tokenizer = new HuggingFace(
				// What comes after the model adds special tokens, and no others.
				{ ...nulls, ...json, post_processor: null },
				{},
			);
		} catch (error) {
			throw notATokenizer(name, (error as Error).message);
		}
		this.vocabSize = sizeOfVocabulary(json, this.#tokenizer);
		const find = (kind: "bos" | "eos") =>
			findSpecialToken(kind, json, config, (token) => this.tokenToId(token));
		this.specials = specialsOf(json.added_tokens);
		this.bos = find("bos");
		this.eos = find("eos");
	}

	encodeInto(text: string, out: Int32Buffer): void {
		if (text === "") return;
		const { ids } = this.#asked(() =>
			this.#tokenizer.encode(text, { add_special_tokens: false }),
		);
		for (const id of ids) {
			if (!(id >= 0 && id < this.vocabSize))
				throw new DataError(
					"token-out-of-range",
					`the tokenizer gave the token id ${id}, which is not in its vocabulary of ${this.vocabSize}: it has no token for a part of this text, nor an unknown-token.`,
				);
		}
		out.append(ids);
	}

	/** @throws DataError `token-out-of-range` for an id outside the vocabulary. */
	decode(ids: ArrayLike<number>): string {
		if (ids.length === 0) return "";
		const list = Array.from(ids);
		const wrong = list.find((id) => !(id >= 0 && id < this.vocabSize));
		if (wrong !== undefined)
			throw new DataError(
				"token-out-of-range",
				`the token id ${wrong} is not in the vocabulary of ${this.vocabSize}.`,
			);
		return this.#asked(() =>
			this.#tokenizer.decode(list, {
				skip_special_tokens: false,
				clean_up_tokenization_spaces: false,
			}),
		);
	}

	/** What the library gives; it checks nothing before it is used. */
	#asked<T>(ask: () => T): T {
		try {
			return ask();
		} catch (error) {
			throw notATokenizer(this.#name, (error as Error).message);
		}
	}

	tokenToId(token: string): number | undefined {
		return this.#tokenizer.token_to_id(token);
	}
}

/**
 * The library takes what a file says for right: an id of two thousand millions for as many tokens. And it gives
 * patterns to JavaScript, which tries all ways that there are to match them.
 * @throws DataError `not-a-tokenizer`
 */
function requireSound(json: TokenizerJson, name: string): void {
	readComponents(componentsOf(json), name);
	readModel(new Component(json.model, "model", name));
	const { normalizer, pre_tokenizer, post_processor, decoder } = json;
	for (const pattern of patternsIn([
		normalizer,
		pre_tokenizer,
		post_processor,
		decoder,
	]))
		try {
			requireQuick(pattern);
		} catch (error) {
			if (!(error instanceof PatternError)) throw error;
			throw notATokenizer(
				name,
				`the pattern ${quoted(pattern)} ${error.message}, which this engine may take for ever for: choose the engine auto`,
			);
		}
}

/** All regular expressions of components. */
function* patternsIn(value: unknown): Generator<string> {
	if (typeof value !== "object" || value === null) return;
	for (const [key, part] of Object.entries(value))
		if (key === "Regex" && typeof part === "string") yield part;
		else yield* patternsIn(part);
}

function sizeOfVocabulary(json: TokenizerJson, tokenizer: HuggingFace): number {
	let largest = -1;
	for (const id of tokenizer.get_vocab().values())
		if (id > largest) largest = id;
	for (const { id } of json.added_tokens) if (id > largest) largest = id;
	return largest + 1;
}
