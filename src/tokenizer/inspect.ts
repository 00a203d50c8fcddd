import { isObject } from "../core/values.js";
import { BpeTokenizer } from "./bpe-tokenizer.js";
import {
	openTokenizer,
	type PreparedTokenizer,
	parseFiles,
	prepareParsed,
	prepareTokenizer,
	readShape,
	type TokenizerFiles,
	type TokenizerName,
} from "./from-json.js";
import { isShape } from "./kernel-shape.js";
import { namedTokenizers, tokenizerNameIn } from "./named-tokenizers.js";
import { PipelineTokenizer } from "./pipeline-tokenizer.js";
import type { SpecialToken } from "./tokenizer.js";

/** What a tokenizer.json holds, and how it is run. */
export interface TokenizerReport {
	/** The engine that runs it, as `Tokenizer.engine` says. */
	engine: string;
	/** Whether the kernel runs all of it. */
	isFast: boolean;
	/** Why this engine, in words that complete a sentence. */
	why: string;
	model: string;
	/** One more than the largest id. */
	vocabSize: number;
	merges: number;
	addedTokens: number;
	normalizers: string[];
	preTokenizers: string[];
	decoders: string[];
	/** The patterns that the fast engine splits by, and what finds their matches. */
	splits: { pattern: string; by: "automaton" | "regular expression" }[];
	bos: SpecialToken | null;
	eos: SpecialToken | null;
	/** Bytes that each worker takes for it: tables, cache, buffers. Null: not known. */
	memoryBytes: number | null;
}

/** Says what a tokenizer that needs no file is. @throws UsageError where the name is wrong */
function inspectName(files: TokenizerName): TokenizerReport {
	const { engine, vocabSize, bos, eos } = openTokenizer(
		prepareTokenizer(files),
	);
	return {
		engine,
		isFast: true,
		why: namedTokenizers.find(tokenizerNameIn(files.name) ?? "").meaning,
		model: files.name,
		vocabSize,
		merges: 0,
		addedTokens: 0,
		normalizers: [],
		preTokenizers: [],
		decoders: [],
		splits: [],
		bos,
		eos,
		memoryBytes: null,
	};
}

/**
 * Says how a tokenizer is run, and why; makes it, to see that it can be.
 * @throws DataError `not-a-tokenizer`
 */
export function inspectTokenizer(
	files: TokenizerFiles | TokenizerName,
): TokenizerReport {
	if (files.tokenizerJson === undefined) return inspectName(files);
	const parsed = parseFiles(files);
	const { json } = parsed;
	const shape = readShape(parsed);
	const isFast = isShape(shape);
	const prepared = prepareParsed(parsed, shape);
	const tokenizer = openTokenizer(prepared);
	const by =
		prepared.kind === "bpe" && prepared.compiled.usesExpressions
			? "regular expression"
			: "automaton";
	return {
		engine: tokenizer.engine,
		isFast,
		why: isFast
			? "the kernel runs every component of the file"
			: whyNot(prepared, shape.why),
		model: json.model.type ?? "unnamed",
		vocabSize: tokenizer.vocabSize,
		merges: Array.isArray(json.model.merges) ? json.model.merges.length : 0,
		addedTokens: json.added_tokens.length,
		normalizers: typesOf(json.normalizer, "normalizers"),
		preTokenizers: typesOf(json.pre_tokenizer, "pretokenizers"),
		decoders: typesOf(json.decoder, "decoders"),
		splits: isFast
			? shape.splits.map(({ source }) => ({ pattern: source, by }))
			: [],
		bos: tokenizer.bos,
		eos: tokenizer.eos,
		memoryBytes:
			tokenizer instanceof BpeTokenizer ||
			tokenizer instanceof PipelineTokenizer
				? tokenizer.memoryBytes
				: null,
	};
}

/** What runs the parts of a file that the kernel does not run as a whole, and for BPE, which it could, why. */
function whyNot(prepared: PreparedTokenizer, why: string): string {
	const parts = partsOf(prepared);
	const isBpe =
		prepared.kind === "pipeline" && prepared.compiled.modelType === "BPE";
	return isBpe ? `${parts}, because of its ${why}` : parts;
}

function partsOf(prepared: PreparedTokenizer): string {
	if (prepared.kind !== "pipeline" || prepared.compiled.words === null)
		return "JavaScript runs every component of the file";
	return prepared.compiled.splitsThere
		? "JavaScript normalizes, the kernel splits and runs the model"
		: "JavaScript normalizes and splits, the kernel runs the model";
}

/** The types of a component, or of those that it is made of. */
function typesOf(component: unknown, key: string): string[] {
	if (!isObject(component)) return [];
	const { type, [key]: parts } = component;
	return Array.isArray(parts)
		? parts.flatMap((part) => typesOf(part, key))
		: [String(type)];
}
