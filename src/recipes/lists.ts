import { quoted } from "../core/text.js";
import { isObject } from "../core/values.js";

/** An entry of a list in a recipe: a text, with an id where it has one. */
export type ListItem = string | { id: string; text: string };

/** What is wrong with a list, as the end of a sentence; null: nothing is. */
export function listFault(value: unknown): string | null {
	if (!Array.isArray(value) || value.length === 0)
		return ` is ${quoted(value)}: give a list of texts, or @FILE`;
	const other = value.find((item) => !isItem(item));
	return other === undefined
		? null
		: ` has ${quoted(other)} in it: give texts, each alone or as {id, text}`;
}

function isItem(value: unknown): value is ListItem {
	if (typeof value === "string") return value !== "";
	return (
		isObject(value) &&
		typeof value.text === "string" &&
		value.text !== "" &&
		typeof value.id === "string"
	);
}

export function textsOf(items: readonly ListItem[]): string[] {
	return items.map((item) => (typeof item === "string" ? item : item.text));
}
