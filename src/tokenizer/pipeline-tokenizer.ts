import type { Int32Buffer } from "../core/buffers.js";
import { AddedTokens, assignIds, specialsOf } from "./added-tokens.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import { idOutside } from "./id-outside.js";
import { type Pipeline, readPipeline } from "./pipeline.js";
import { findSpecialToken } from "./special-tokens.js";
import type { SpecialToken } from "./tokenizer.js";
import type { TokenizerConfigJson, TokenizerJson } from "./tokenizer-json.js";
import { WordCache } from "./word-cache.js";

/**
 * Any tokenizer.json, component by component: a text is cut at added tokens, normalized, split
 * into words, and the model turns each word into ids; words seen before come from a cache.
 */
export class PipelineTokenizer extends BaseTokenizer {
	readonly engine: string;
	readonly vocabSize: number;
	readonly bos: SpecialToken | null;
	readonly eos: SpecialToken | null;
	readonly specials: ReadonlyMap<number, string>;
	readonly #pipeline: Pipeline;
	readonly #added: AddedTokens;
	readonly #cache: WordCache;
	/** Ids of added tokens, by content. */
	readonly #addedIds: ReadonlyMap<string, number>;
	readonly #decoded: (string | undefined)[];

	/** @throws DataError `not-a-tokenizer` */
	constructor(
		json: TokenizerJson,
		config: TokenizerConfigJson | null,
		name: string,
	) {
		super();
		const pipeline = readPipeline(json, name);
		const { model, normalizer } = pipeline;
		const normalize = (text: string) => normalizer?.apply(text) ?? text;
		const addedTokens = assignIds(
			json.added_tokens,
			(token) => model.tokenToId(token),
			model.tokens.filter((token) => token !== undefined).length,
		);
		this.engine = `pipeline-${model.type.toLowerCase()}`;
		this.#pipeline = pipeline;
		this.#added = new AddedTokens(addedTokens, normalize);
		this.#cache = new WordCache(model);
		this.#decoded = [...model.tokens];
		// Of those found after normalizing what was found is decoded, as by the Rust library.
		for (const { id, content, normalized } of addedTokens)
			this.#decoded[id] = normalized ? normalize(content) : content;
		this.vocabSize = this.#decoded.length;
		this.#addedIds = new Map(addedTokens.map((t) => [t.content, t.id]));
		const find = (kind: "bos" | "eos") =>
			findSpecialToken(kind, json, config, (token) => this.tokenToId(token));
		this.specials = specialsOf(addedTokens);
		this.bos = find("bos");
		this.eos = find("eos");
	}

	get specialsMet(): number {
		return this.#added.specialsMet;
	}

	/** @throws DataError `token-out-of-range` where there is no token for a part of the text */
	encodeInto(text: string, out: Int32Buffer): void {
		const { preTokenizer } = this.#pipeline;
		const encode = (word: string) => this.#cache.encode(word, out);
		this.#added.split(
			text.toWellFormed(),
			(stretch, isFirst) => {
				if (preTokenizer === null) encode(stretch);
				else preTokenizer.split(stretch, isFirst, encode);
			},
			(id) => out.push(id),
		);
	}

	/** @throws DataError `token-out-of-range` for an id outside the vocabulary. */
	decode(ids: ArrayLike<number>): string {
		const tokens = Array.from(ids, (id) => {
			const token = this.#decoded[id];
			if (token === undefined) throw idOutside(id, this.vocabSize);
			return token;
		});
		const { decoder } = this.#pipeline;
		return decoder === null
			? tokens.join(" ")
			: decoder.decode(tokens).join("");
	}

	tokenToId(token: string): number | undefined {
		return this.#addedIds.get(token) ?? this.#pipeline.model.tokenToId(token);
	}
}
