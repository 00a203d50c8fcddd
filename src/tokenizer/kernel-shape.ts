import { quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import { characterOfByte } from "./byte-characters.js";
import { byteToken } from "./models/byte-tokens.js";
import type { KernelChange, Normalizer } from "./normalizers/normalizer.js";
import type { Components } from "./pipeline.js";
import type {
	KernelSplit,
	PatternSplit,
	PreTokenizer,
} from "./pre-tokenizers/pre-tokenizer.js";
import { PREFIX } from "./spaces.js";
import { type TokenizerJson, tokensOf } from "./tokenizer-json.js";

/** Ids and ranks are below this: the kernel's table of merges has 21 bits for each. */
export const MAX_IDS = 2 ** 21 - 1;

/** How the kernel runs a tokenizer of BPE from the text on, as its components put it together. */
export interface KernelShape {
	/** What words are made of: bytes (GPT-2), or characters (SentencePiece). */
	symbols: "bytes" | "characters";
	normalizer: "NFC" | null;
	/** The prefix that the normalizer puts, and the one of the pre-tokenizer. */
	normalizerPrefix: number;
	prefix: number;
	splits: PatternSplit[];
	/** A word that is a token stays whole. */
	wholeWordsFirst: boolean;
}

/** Why the kernel does not run a file from the text on. */
class Unsupported extends Error {}

/** Puts together what components say of themselves, or says what of a file the kernel does not run. */
export function readKernelShape(
	json: TokenizerJson,
	components: Components,
	type: string,
): KernelShape | { why: string } {
	try {
		if (type !== "BPE") throw new Unsupported(`model of type ${type}`);
		checkModel(json);
		return json.model.byte_fallback === true
			? characterShape(json, components)
			: byteShape(json, components);
	} catch (error) {
		if (error instanceof Unsupported) return { why: error.message };
		throw error;
	}
}

export function isShape(
	shape: KernelShape | { why: string },
): shape is KernelShape {
	return !("why" in shape);
}

function byteShape(
	{ model }: TokenizerJson,
	{ normalizer, preTokenizer }: Components,
): KernelShape {
	if (model.unk_token) throw new Unsupported("BPE with unk_token");
	const vocabulary = model.vocab as Record<string, number>;
	for (const character of characterOfByte)
		if (!Number.isInteger(vocabulary[character]))
			throw new Unsupported("vocabulary without a token for each byte");
	const changes = changesOf(normalizer);
	if (changes.some((change) => change !== "NFC"))
		throw new Unsupported("normalizer that puts marks for spaces");
	const steps = partsOf(preTokenizer).flatMap(splitsOf);
	const last = steps.pop();
	if (last?.by !== "bytes")
		throw new Unsupported("pre-tokenizer that does not end with ByteLevel");
	const splits = steps.map((step) => {
		if (step.by !== "pattern")
			throw new Unsupported("pre-tokenizer that changes the text twice");
		return step;
	});
	if (last.prefix !== PREFIX.none && splits.length > 0)
		throw new Unsupported("ByteLevel prefix after a split");
	if (last.split !== null) splits.push(last.split);
	return {
		symbols: "bytes",
		normalizer: changes.length > 0 ? "NFC" : null,
		normalizerPrefix: PREFIX.none,
		prefix: last.prefix,
		splits,
		wholeWordsFirst: model.ignore_merges === true,
	};
}

function characterShape(
	{ model }: TokenizerJson,
	{ normalizer, preTokenizer }: Components,
): KernelShape {
	if (model.ignore_merges) throw new Unsupported("BPE with ignore_merges");
	const vocabulary = model.vocab as Record<string, number>;
	for (let byte = 0; byte < 256; byte++)
		if (!Number.isInteger(vocabulary[byteToken(byte)]))
			throw new Unsupported(`vocabulary without ${byteToken(byte)}`);
	const isByteToken = (token: string) => /^<0x[0-9A-F]{2}>$/.test(token);
	for (const merge of (model.merges ?? []) as (string | string[])[]) {
		const pair = typeof merge === "string" ? merge.split(" ") : merge;
		if (pair[0].startsWith("<0x") || pair[1].startsWith("<0x"))
			if (pair.some(isByteToken))
				throw new Unsupported("merges of byte tokens");
	}

	const changes = changesOf(normalizer);
	if (changes.includes("NFC"))
		throw new Unsupported("NFC before BPE of characters");
	let marksSpaces = changes.includes("spaces");
	let prefix: number = PREFIX.none;
	for (const part of partsOf(preTokenizer)) {
		// No space is left to split at.
		if (marksSpaces && part.needs === " ") continue;
		for (const step of splitsOf(part)) {
			if (step.by !== "spaces")
				throw new Unsupported("pre-tokenizer that splits BPE of characters");
			if (step.cuts) throw new Unsupported("Metaspace that splits");
			prefix = step.prefix;
			marksSpaces = true;
		}
	}
	if (!marksSpaces) throw new Unsupported("spaces that stay spaces");
	return {
		symbols: "characters",
		normalizer: null,
		normalizerPrefix: changes.includes("prefix") ? PREFIX.always : PREFIX.none,
		prefix,
		splits: [],
		wholeWordsFirst: false,
	};
}

function changesOf(normalizer: Normalizer | null): readonly KernelChange[] {
	if (normalizer === null) return [];
	if (normalizer.parts !== undefined)
		return normalizer.parts.flatMap(changesOf);
	if (normalizer.kernel !== undefined) return [normalizer.kernel];
	throw new Unsupported(`normalizer of type ${normalizer.type}`);
}

function splitsOf(preTokenizer: PreTokenizer): readonly KernelSplit[] {
	if (preTokenizer.kernel !== undefined) return preTokenizer.kernel;
	throw new Unsupported(`pre-tokenizer of type ${preTokenizer.type}`);
}

/** A pre-tokenizer, or those that it is made of. */
function partsOf(preTokenizer: PreTokenizer | null): PreTokenizer[] {
	return preTokenizer === null
		? []
		: (preTokenizer.parts?.flatMap(partsOf) ?? [preTokenizer]);
}

function checkModel({ model }: TokenizerJson): void {
	for (const key of [
		"dropout",
		"continuing_subword_prefix",
		"end_of_word_suffix",
	])
		if (model[key]) throw new Unsupported(`BPE with ${key}`);
	const { vocab, merges } = model;
	if (!isObject(vocab)) throw new Unsupported("vocabulary that is no object");
	for (const token of tokensOf(vocab)) {
		const id = vocab[token] as number;
		if (!(Number.isInteger(id) && id >= 0 && id < MAX_IDS))
			throw new Unsupported(
				`token ${quoted(token)}, whose id is ${quoted(id)}`,
			);
	}
	if (!Array.isArray(merges)) throw new Unsupported("merges that are no list");
	if (merges.length >= MAX_IDS)
		throw new Unsupported(`${merges.length} merges`);
	const wrong = merges.findIndex((merge) => !isPair(merge));
	if (wrong !== -1)
		throw new Unsupported(`merge ${wrong + 1}, ${quoted(merges[wrong])}`);
}

function isPair(merge: unknown): boolean {
	if (typeof merge === "string") {
		const space = merge.indexOf(" ");
		return space !== -1 && merge.indexOf(" ", space + 1) === -1;
	}
	return (
		Array.isArray(merge) &&
		merge.length === 2 &&
		typeof merge[0] === "string" &&
		typeof merge[1] === "string"
	);
}
