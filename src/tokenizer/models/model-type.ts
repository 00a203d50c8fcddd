import { isObject } from "../../core/values.js";
import type { Component } from "../component.js";

/**
 * The type of a model: old files do not tell it. Then it is the first of those in the Rust library's order whose
 * fields are there.
 * @throws DataError `not-a-tokenizer`
 */
export function modelType(component: Component): string {
	if (component.raw("type") !== undefined) return component.type;
	const isText = (key: string) => typeof component.raw(key) === "string";
	const vocab = component.raw("vocab");
	if (isObject(vocab) && Array.isArray(component.raw("merges"))) return "BPE";
	if (isObject(vocab) && isText("unk_token"))
		return isText("continuing_subword_prefix") &&
			component.raw("max_input_chars_per_word") !== undefined
			? "WordPiece"
			: "WordLevel";
	if (Array.isArray(vocab)) return "Unigram";
	throw component.refused(
		'it has no "type", and no model has the fields that it has',
	);
}
