import { DataError, optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import {
	describeRecord,
	ownField,
	type Piece,
	type RecipeRecord,
} from "./draft.js";
import type { PieceText } from "./utf8-text.js";

/** The reasons for records that a recipe cannot compose, each with what it means. */
export const composeReasons = {
	"no-field": "a record lacks a field that the recipe names",
	"no-text": "a record has no text where the recipe wants it",
	"no-role": "the template has no role for a record",
	"separator-in-text": "a separator stands in a text that it would part",
	"too-few-places": "more is to be injected into a text than it has spaces",
	"unequal-lists": "lists of a record that go together differ in length",
	"bad-value": "a field holds what the recipe cannot use",
} as const;
export type ComposeReason = keyof typeof composeReasons;

/** A record that the recipe cannot compose. @param sentence What is wrong and what to do, without the full stop. */
export function composeFault(
	reason: ComposeReason,
	what: string,
	sentence: string,
): DataError {
	return new DataError(
		reason,
		`${what} ${sentence}, or give ${optionName("onError", "skip")} to leave such records out.`,
	);
}

/** A recipe that is none. @param what Without the full stop. */
export function badRecipe(where: string, what: string): UsageError {
	return new UsageError(
		"bad-recipe",
		`${where}: ${what}${/[.?]$/.test(what) ? "" : "."}`,
	);
}

/** The text of a piece as a string. @throws DataError `no-text` */
export function textOf(piece: Piece): string {
	return String(requireText(piece));
}

/** @throws DataError `no-text` */
export function requireText({ text, record }: Piece): PieceText {
	if (text !== null) return text;
	throw composeFault(
		"no-text",
		describeRecord(record as RecipeRecord),
		`has no text: name the text's field with ${optionName("textField")}, make its text with a template`,
	);
}

/**
 * What a field of the record of a piece holds; null: the piece is of none.
 * @throws DataError `no-field`; UsageError `bad-recipe` where there is no record
 */
export function fieldOf(record: RecipeRecord | null, name: string): unknown {
	if (record === null)
		throw new UsageError(
			"bad-recipe",
			`a step of the recipe asks for the field ${quoted(name)} of a piece that a step before it has put in, which is of no record: let that step come after it.`,
		);
	const value = ownField(record, name);
	if (value === undefined || value === null)
		throw composeFault(
			"no-field",
			describeRecord(record),
			`has no field ${quoted(name)}, which the recipe names: fix the recipe or the record`,
		);
	return value;
}

/**
 * The same as a text: a text or a number.
 * @throws DataError `no-field`, `bad-value`
 */
export function textOfField(record: RecipeRecord | null, name: string): string {
	const value = fieldOf(record, name);
	if (typeof value === "string") return value;
	if (typeof value === "number" || typeof value === "bigint")
		return String(value);
	throw composeFault(
		"bad-value",
		describeRecord(record as RecipeRecord),
		`has in its field ${quoted(name)} ${quoted(value)}, neither a text nor a number: name another field`,
	);
}
