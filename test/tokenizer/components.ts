// Components of a tokenizer.json, ours and the Rust library's.

import { Tokenizer as Rust } from "tokenizers";
import { Component } from "../../src/tokenizer/component.js";
import { readTokenDecoder } from "../../src/tokenizer/decoders/decoders.js";
import { readNormalizer } from "../../src/tokenizer/normalizers/normalizers.js";

export type Json = Record<string, unknown>;

const rust = (parts: Json) =>
	Rust.fromString(
		JSON.stringify({
			version: "1.0",
			truncation: null,
			padding: null,
			added_tokens: [],
			normalizer: null,
			pre_tokenizer: null,
			post_processor: null,
			decoder: null,
			model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" },
			...parts,
		}),
	);

/** @param isConverted Whether it is of a file of another kind: see `Component`. */
export const ownNormalizer = (json: unknown, isConverted = false) =>
	readNormalizer(
		new Component(json, "normalizer", "tokenizer.json", isConverted),
	);

export const ownDecoder = (json: unknown) =>
	readTokenDecoder(new Component(json, "decoder", "tokenizer.json"));

export function rustNormalizer(json: Json): (text: string) => string {
	const normalizer = rust({ normalizer: json }).getNormalizer();
	if (normalizer === null) throw new Error("it has one");
	return (text) => normalizer.normalizeString(text);
}

export function rustDecoder(json: Json): (tokens: string[]) => string {
	const decoder = rust({ decoder: json }).getDecoder();
	if (decoder === null) throw new Error("it has one");
	return (tokens) => decoder.decode(tokens);
}

export const codes = (text: string) =>
	Array.from(text, (c) => c.codePointAt(0)?.toString(16)).join(" ");
