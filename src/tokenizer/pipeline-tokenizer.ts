import type { Int32Buffer } from "../core/buffers.js";
import { AddedTokens, specialsOf } from "./added-tokens.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import type { CompiledPipeline } from "./compile-pipeline.js";
import { Component } from "./component.js";
import { joinTokens } from "./decoders/decoder.js";
import { idOutside } from "./id-outside.js";
import { readModel } from "./models/models.js";
import { firstAfter, tokenAfter } from "./normalizers/normalizer.js";
import { type Components, readComponents } from "./pipeline.js";
import { splitStrings } from "./token-strings.js";
import type { SpecialToken } from "./tokenizer.js";
import { unitPlaces } from "./unit-places.js";
import { WordCache } from "./word-cache.js";
import { WordEncoder } from "./word-encoder.js";
import { WordList } from "./word-list.js";

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
	readonly #compiled: CompiledPipeline;
	readonly #components: Components;
	readonly #added: AddedTokens;
	readonly #encodeStretch: (
		text: string,
		first: number,
		out: Int32Buffer,
	) => void;
	readonly #kernel: WordEncoder | null;
	readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	#tokens: (string | undefined)[] | null = null;
	#ids: Map<string, number> | null = null;

	constructor(compiled: CompiledPipeline) {
		super();
		const { name, components, words, addedTokens } = compiled;
		this.engine = compiled.modelType.toLowerCase();
		this.vocabSize = compiled.vocabSize;
		this.bos = compiled.bos;
		this.eos = compiled.eos;
		this.#compiled = compiled;
		this.#components = readComponents(components, name);
		const { normalizer, preTokenizer } = this.#components;
		this.#added = new AddedTokens(
			addedTokens,
			(text) => normalizer?.apply(text) ?? text,
			(text) =>
				normalizer === null || !preTokenizer?.asksForFirst
					? 0
					: firstAfter(normalizer, text, 0),
			(content) => tokenAfter(normalizer, content),
		);
		this.specials = specialsOf(addedTokens);
		this.#kernel = words === null ? null : new WordEncoder(words);
		this.#encodeStretch = this.#makeEncoder();
	}

	/** What its memory takes that is not JavaScript's: tables, cache and buffers, in bytes; null: the kernel is not used. */
	get memoryBytes(): number | null {
		return this.#kernel?.memoryBytes ?? null;
	}

	get specialsMet(): number {
		return this.#added.specialsMet;
	}

	/** @throws DataError `token-out-of-range` where there is no token for a part of the text */
	encodeInto(text: string, out: Int32Buffer): void {
		this.#encode(text.toWellFormed(), out, null);
	}

	override encodeUtf8Into(
		text: Uint8Array,
		out: Int32Buffer,
		said?: Int32Array,
	): void {
		this.#encode(
			this.#decoder.decode(text),
			out,
			said === undefined ? null : unitPlaces(text, said),
		);
	}

	#encode(text: string, out: Int32Buffer, said: Int32Array | null): void {
		this.#added.split(
			text,
			(stretch, first) => this.#encodeStretch(stretch, first, out),
			(id) => out.push(id),
			said,
		);
	}

	#makeEncoder(): (text: string, first: number, out: Int32Buffer) => void {
		const { preTokenizer } = this.#components;
		const { name, model, splitsThere } = this.#compiled;
		const kernel = this.#kernel;
		if (kernel !== null && splitsThere)
			return (text, first, out) => kernel.encodeText(text, first !== -1, out);
		if (kernel !== null) {
			const list = new WordList();
			return (text, first, out) => {
				const take = (word: string) =>
					list.add(word, (words) => kernel.encodeWords(words, out));
				if (preTokenizer === null) take(text);
				else preTokenizer.split(text, first, take);
				list.end((words) => kernel.encodeWords(words, out));
			};
		}
		const { isConverted } = this.#compiled.components;
		const cache = new WordCache(
			readModel(new Component(model, "model", name, isConverted)),
		);
		return (text, first, out) => {
			if (preTokenizer === null) cache.encode(text, out);
			else preTokenizer.split(text, first, (word) => cache.encode(word, out));
		};
	}

	/** @throws DataError `token-out-of-range` for an id outside the vocabulary. */
	decode(ids: ArrayLike<number>): string {
		this.#tokens ??= splitStrings(this.#compiled.tokens);
		const strings = this.#tokens;
		const tokens = Array.from(ids, (id) => {
			const token = strings[id];
			if (token === undefined) throw idOutside(id, this.vocabSize);
			return token;
		});
		return joinTokens(tokens, this.#components.decoder);
	}

	tokenToId(token: string): number | undefined {
		if (this.#ids === null) {
			this.#ids = new Map();
			for (const [id, known] of splitStrings(this.#compiled.tokens).entries())
				if (known !== undefined) this.#ids.set(known, id);
			for (const { content, id } of this.#compiled.addedTokens)
				this.#ids.set(content, id);
		}
		return this.#ids.get(token);
	}
}
