import { quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import { characterOfByte } from "./byte-characters.js";
import { type DecoderStep, readDecoder } from "./decoder.js";
import { GPT2_PATTERN } from "./split-pattern.js";
import { type TokenizerJson, tokensOf } from "./tokenizer-json.js";

/** The character that stands for a space in a vocabulary of characters. */
export const LOWER_BLOCK = "\u2581";

/** When a space is put before a stretch of text; bits that the kernel reads. */
export const PREFIX = {
	none: 0,
	/** Unless the text begins with a space. */
	unlessSpace: 1,
	always: 3,
	/** As `unlessSpace`, and only at the start of a document. */
	firstUnlessSpace: 5,
} as const;

/** What Digits takes for a number: the category N of Unicode 17. */
const NUMBER = "[\\p{N}\\x{11DE0}-\\x{11DE9}\\x{16FF4}-\\x{16FF6}]";

/** Ids and ranks are below this: the kernel's table of merges has 21 bits for each. */
export const MAX_IDS = 2 ** 21 - 1;

export interface SplitStep {
	pattern: string;
	/** Whether text between two matches is dropped, and not a word as well. */
	dropsGaps: boolean;
}

/** What a tokenizer.json says about how BPE is to be run, components made plain. */
export interface BpeShape {
	/** What words are made of: bytes (GPT-2), or characters (SentencePiece). */
	symbols: "bytes" | "characters";
	normalizer: "NFC" | null;
	/** The prefix that the normalizer puts, and the one of the pre-tokenizer. */
	normalizerPrefix: number;
	prefix: number;
	splits: SplitStep[];
	/** A word that is a token stays whole. */
	wholeWordsFirst: boolean;
	decoder: DecoderStep[];
}

/** A component of a tokenizer.json, of any type. */
interface Component {
	type?: string;
	[key: string]: unknown;
}

/** Why the engine cannot run a file. */
class Unsupported extends Error {}

/** Reads the shape of a tokenizer, or says what of it the engine has not. */
export function readBpeShape(json: TokenizerJson): BpeShape | { why: string } {
	try {
		return json.model.byte_fallback === true
			? characterShape(json)
			: byteShape(json);
	} catch (error) {
		if (error instanceof Unsupported) return { why: error.message };
		throw error;
	}
}

export function isShape(shape: BpeShape | { why: string }): shape is BpeShape {
	return !("why" in shape);
}

function byteShape(json: TokenizerJson): BpeShape {
	const { model } = json;
	checkModel(json);
	if (model.unk_token) throw new Unsupported("BPE with unk_token");
	const vocabulary = model.vocab as Record<string, number>;
	for (const character of characterOfByte)
		if (!Number.isInteger(vocabulary[character]))
			throw new Unsupported("vocabulary without a token for each byte");
	const normalizers = componentsOf(json.normalizer, "normalizers");
	for (const { type } of normalizers)
		if (type !== "NFC") throw new Unsupported(`normalizer of type ${type}`);
	const decoder = readDecoder(json.decoder);
	if (decoder?.length !== 1 || decoder[0].type !== "ByteLevel")
		throw new Unsupported(`decoder of type ${typeOf(json.decoder)}`);

	const splits: SplitStep[] = [];
	let prefix: number = PREFIX.none;
	const steps = componentsOf(json.pre_tokenizer, "pretokenizers");
	if (steps.at(-1)?.type !== "ByteLevel")
		throw new Unsupported(
			`pre-tokenizer of type ${typeOf(steps.at(-1) ?? json.pre_tokenizer)}`,
		);
	for (const [i, step] of steps.entries()) {
		const isLast = i + 1 === steps.length;
		if (step.type === "ByteLevel" && isLast) {
			if (step.add_prefix_space !== false) {
				if (i > 0) throw new Unsupported("ByteLevel prefix after a split");
				prefix = PREFIX.unlessSpace;
			}
			if (step.use_regex !== false)
				splits.push({ pattern: GPT2_PATTERN, dropsGaps: false });
		} else if (step.type === "Split") splits.push(readSplit(step));
		else if (step.type === "Digits")
			splits.push({
				pattern: step.individual_digits ? NUMBER : `${NUMBER}+`,
				dropsGaps: false,
			});
		else throw new Unsupported(`pre-tokenizer of type ${step.type}`);
	}
	return {
		symbols: "bytes",
		normalizer: normalizers.length > 0 ? "NFC" : null,
		normalizerPrefix: PREFIX.none,
		prefix,
		splits,
		wholeWordsFirst: model.ignore_merges === true,
		decoder,
	};
}

function readSplit(step: Component): SplitStep {
	const { Regex: regex, String: string } = (step.pattern ?? {}) as {
		Regex?: string;
		String?: string;
	};
	const pattern =
		regex ?? string?.replace(/[\\^$.|?*+()[\]{}]/g, (c) => `\\${c}`);
	if (pattern === undefined)
		throw new Unsupported(`split by ${JSON.stringify(step.pattern)}`);
	const { behavior, invert = false } = step;
	if (behavior === "Isolated" && !invert) return { pattern, dropsGaps: false };
	if (behavior === "Removed" && invert) return { pattern, dropsGaps: true };
	throw new Unsupported(
		`split with behavior ${behavior}${invert ? ", inverted" : ""}`,
	);
}

function characterShape(json: TokenizerJson): BpeShape {
	const { model } = json;
	checkModel(json);
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

	let normalizerPrefix: number = PREFIX.none;
	let replacesSpaces = false;
	for (const step of componentsOf(json.normalizer, "normalizers")) {
		const pattern = (step.pattern as { String?: string } | undefined)?.String;
		if (step.type === "Prepend" && step.prepend === LOWER_BLOCK)
			normalizerPrefix = PREFIX.always;
		else if (
			step.type === "Replace" &&
			pattern === " " &&
			step.content === LOWER_BLOCK
		)
			replacesSpaces = true;
		else throw new Unsupported(`normalizer of type ${step.type}`);
	}
	let prefix: number = PREFIX.none;
	for (const step of componentsOf(json.pre_tokenizer, "pretokenizers")) {
		const pattern = (step.pattern as { String?: string } | undefined)?.String;
		// No space is left to split at.
		if (step.type === "Split" && pattern === " " && replacesSpaces) continue;
		if (step.type !== "Metaspace")
			throw new Unsupported(`pre-tokenizer of type ${step.type}`);
		if (step.replacement !== LOWER_BLOCK || step.split !== false)
			throw new Unsupported("Metaspace that splits");
		const scheme =
			step.prepend_scheme ??
			(step.add_prefix_space === false ? "never" : "always");
		if (scheme === "always") prefix = PREFIX.unlessSpace;
		else if (scheme === "first") prefix = PREFIX.firstUnlessSpace;
		replacesSpaces = true;
	}
	if (!replacesSpaces) throw new Unsupported("spaces that stay spaces");
	const decoder = readDecoder(json.decoder);
	if (decoder === null || decoder.some((step) => step.type === "ByteLevel"))
		throw new Unsupported(`decoder of type ${typeOf(json.decoder)}`);
	return {
		symbols: "characters",
		normalizer: null,
		normalizerPrefix,
		prefix,
		splits: [],
		wholeWordsFirst: false,
		decoder,
	};
}

function checkModel({ model }: TokenizerJson): void {
	if (model.type !== "BPE" && model.type !== undefined)
		throw new Unsupported(`model of type ${model.type}`);
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

/** How a vocabulary of characters names a byte. */
export function byteToken(byte: number): string {
	return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

/** A component as the list of those that it is made of. */
export function componentsOf(component: unknown, key: string): Component[] {
	if (component === null || component === undefined) return [];
	const { type, [key]: parts } = component as Component;
	if (type !== "Sequence") return [component as Component];
	return (parts as Component[]).flatMap((part) => componentsOf(part, key));
}

function typeOf(component: unknown): string {
	return (component as Component | null | undefined)?.type ?? "none";
}
