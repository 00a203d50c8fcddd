import { assignIds } from "./added-tokens.js";
import { type CompiledWords, compileWords } from "./compile-words.js";
import { Component } from "./component.js";
import { readModel } from "./models/models.js";
import { tokenAfter } from "./normalizers/normalizer.js";
import {
	type ComponentsJson,
	componentsOf,
	readComponents,
} from "./pipeline.js";
import { splittingOf } from "./pre-tokenizers/splitting.js";
import { findSpecialToken } from "./special-tokens.js";
import { joinStrings, type TokenStrings } from "./token-strings.js";
import type { SpecialToken } from "./tokenizer.js";
import type {
	AddedTokenJson,
	TokenizerConfigJson,
	TokenizerJson,
} from "./tokenizer-json.js";

/** A tokenizer of any components, made ready to run: plain data that can be sent to another thread. */
export interface CompiledPipeline {
	/** What to call the file in messages. */
	name: string;
	components: ComponentsJson;
	/** The model in the kernel, with as much of splitting as it does; null: the kernel has not this one. */
	words: CompiledWords | null;
	/** Whether the kernel finds the words. */
	splitsThere: boolean;
	/** The model as it stands in the file, where the kernel has it not. */
	model: unknown;
	modelType: string;
	/** With their ids. */
	addedTokens: AddedTokenJson[];
	/** The strings of all tokens; of those that are found after normalizing, what is found. */
	tokens: TokenStrings;
	vocabSize: number;
	bos: SpecialToken | null;
	eos: SpecialToken | null;
}

/**
 * Reads and checks all components of a file.
 * @param name What to call it in messages.
 * @throws DataError `not-a-tokenizer`
 */
export function compilePipeline(
	json: TokenizerJson,
	config: TokenizerConfigJson | null,
	name: string,
): CompiledPipeline {
	const components = componentsOf(json);
	const read = readComponents(components, name);
	const model = readModel(
		new Component(json.model, "model", name, json.isConverted),
	);
	const splitting = splittingOf(read.preTokenizer);
	const words = compileWords(model, splitting ?? { by: "levels", levels: [] });
	const strings = [...model.tokens];
	const addedTokens = assignIds(
		json.added_tokens,
		(token) => model.tokenToId(token),
		strings.filter((token) => token !== undefined).length,
	);
	// The Rust library decodes them so.
	for (const { id, content, normalized } of addedTokens)
		strings[id] = normalized ? tokenAfter(read.normalizer, content) : content;
	const addedIds = new Map(addedTokens.map((t) => [t.content, t.id]));
	const find = (kind: "bos" | "eos") =>
		findSpecialToken(
			kind,
			json,
			config,
			(token) => addedIds.get(token) ?? model.tokenToId(token),
		);
	return {
		name,
		components,
		words,
		splitsThere: splitting !== null,
		model: words === null ? json.model : null,
		modelType: model.type,
		addedTokens,
		tokens: joinStrings(strings),
		vocabSize: strings.length,
		bos: find("bos"),
		eos: find("eos"),
	};
}
