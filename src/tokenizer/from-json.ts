import { optionName, UsageError } from "../core/errors.js";
import { isObject } from "../core/values.js";
import { BpeTokenizer } from "./bpe-tokenizer.js";
import { type CompiledBpe, compileBpe } from "./compile-bpe.js";
import { type CompiledPipeline, compilePipeline } from "./compile-pipeline.js";
import { Component } from "./component.js";
import { HuggingFaceTokenizer } from "./huggingface.js";
import { isShape, type KernelShape, readKernelShape } from "./kernel-shape.js";
import { modelType } from "./models/model-type.js";
import { tokenizerByName } from "./named-tokenizers.js";
import {
	readFilesBeside,
	readNamedTokens,
	withNamedTokens,
} from "./named-tokens.js";
import { componentsOf, readComponents } from "./pipeline.js";
import { PipelineTokenizer } from "./pipeline-tokenizer.js";
import type { Tokenizer } from "./tokenizer.js";
import {
	notATokenizer,
	parseTokenizerJson,
	type TokenizerConfigJson,
	type TokenizerJson,
	tokensOf,
} from "./tokenizer-json.js";

/**
 * Which implementation to use: `auto` our own, or `huggingface`, a library that may give other ids than
 * the Rust library.
 */
export const tokenizerEngines = ["auto", "huggingface"] as const;
export type TokenizerEngine = (typeof tokenizerEngines)[number];

/** The texts of a tokenizer's files. */
export interface TokenizerFiles {
	/** The text of tokenizer.json. */
	tokenizerJson: string;
	/** The text of tokenizer_config.json, where there is one. */
	configJson?: string | null;
	/** The text of special_tokens_map.json, where there is one. */
	specialTokensMapJson?: string | null;
	/** Whether special tokens that stand in a text are taken for text, as by `split_special_tokens` of transformers. */
	splitsSpecialTokens?: boolean;
	/** Whether tokenizerJson was made here of a file of another kind: then it may have components of seqpack's own. */
	isConverted?: boolean;
	/** What to call tokenizer.json in messages. */
	name?: string;
}

/** A tokenizer that needs no file. */
export interface TokenizerName {
	/** `bytes`, `kmer:6`. */
	name: string;
	tokenizerJson?: undefined;
	configJson?: undefined;
	isConverted?: undefined;
	splitsSpecialTokens?: boolean;
}

/**
 * A tokenizer made ready to be opened, here or on another thread: what of it is
 * large is shared, not copied.
 */
export type PreparedTokenizer =
	| { kind: "bpe"; compiled: CompiledBpe }
	| { kind: "pipeline"; compiled: CompiledPipeline }
	| { kind: "named"; name: string }
	| { kind: "huggingface"; files: TokenizerFiles };

/**
 * Makes a tokenizer from the texts of its files; runs anywhere.
 * @throws DataError `not-a-tokenizer`
 */
export function tokenizerFromJson(
	files: TokenizerFiles,
	engine: TokenizerEngine = "auto",
): Tokenizer {
	return openTokenizer(prepareTokenizer(files, engine));
}

/**
 * The first part of `tokenizerFromJson`: parses, checks and compiles. A tokenizer that
 * needs no file is checked.
 * @throws UsageError `ignored-option` for an engine that a name has no use for
 */
export function prepareTokenizer(
	files: TokenizerFiles | TokenizerName,
	engine: TokenizerEngine = "auto",
): PreparedTokenizer {
	if (files.tokenizerJson === undefined) {
		if (engine !== "auto")
			throw new UsageError(
				"ignored-option",
				`${optionName("tokenizerEngine")} would change nothing: the tokenizer ${files.name} needs no file. Leave it out.`,
			);
		tokenizerByName(files.name);
		return { kind: "named", name: files.name };
	}
	if (engine === "huggingface") {
		if (files.splitsSpecialTokens)
			throw new UsageError(
				"bad-option",
				`${optionName("specialTokensInText", "text")} needs seqpack's own engine: leave out ${optionName("tokenizerEngine", engine)}.`,
			);
		return { kind: "huggingface", files };
	}
	const parsed = parseFiles(files);
	return prepareParsed(parsed, readShape(parsed));
}

/** As `prepareTokenizer`, for our own engine, of files that were parsed. */
export function prepareParsed(
	{ name, json, config }: ParsedFiles,
	shape: KernelShape | { why: string },
): PreparedTokenizer {
	if (sizeOf(json.model.vocab) === 0 && json.added_tokens.length === 0)
		throw notATokenizer(name, "its vocabulary is empty");
	if (isShape(shape))
		return { kind: "bpe", compiled: compileBpe(json, shape, config, name) };
	return { kind: "pipeline", compiled: compilePipeline(json, config, name) };
}

/** Tokens of a vocabulary, whatever it is. */
function sizeOf(vocabulary: unknown): number {
	if (Array.isArray(vocabulary)) return vocabulary.length;
	return isObject(vocabulary) ? tokensOf(vocabulary).length : 1;
}

/** The second part of `tokenizerFromJson`. */
export function openTokenizer(prepared: PreparedTokenizer): Tokenizer {
	if (prepared.kind === "bpe") return new BpeTokenizer(prepared.compiled);
	if (prepared.kind === "pipeline")
		return new PipelineTokenizer(prepared.compiled);
	if (prepared.kind === "named") return tokenizerByName(prepared.name);
	const { json, config, name } = parseFiles(prepared.files);
	return new HuggingFaceTokenizer(json, config, name);
}

interface ParsedFiles {
	name: string;
	json: TokenizerJson;
	config: TokenizerConfigJson | null;
}

const withSpecialsAsText = (json: TokenizerJson): TokenizerJson => ({
	...json,
	added_tokens: json.added_tokens.map((token) =>
		token.special ? { ...token, asText: true } : token,
	),
});

/** Parses and checks the texts of a tokenizer's files. */
export function parseFiles(files: TokenizerFiles): ParsedFiles {
	const name = files.name ?? "tokenizer.json";
	const json = parseTokenizerJson(files.tokenizerJson, name);
	const beside = readFilesBeside(files);
	const tokens = readNamedTokens(beside);
	const named = {
		...withNamedTokens(json, tokens),
		isConverted: files.isConverted,
	};
	return {
		name,
		json: files.splitsSpecialTokens ? withSpecialsAsText(named) : named,
		config: beside.config,
	};
}

/**
 * How the kernel runs a file from the text on, or what of it the kernel does not run.
 * @throws DataError `not-a-tokenizer` for a component that cannot be used
 */
export function readShape({
	json,
	name,
}: ParsedFiles): KernelShape | { why: string } {
	const type = modelType(
		new Component(json.model, "model", name, json.isConverted),
	);
	return readKernelShape(json, readComponents(componentsOf(json), name), type);
}
