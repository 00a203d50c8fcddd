import { optionName } from "../../core/errors.js";
import { quoted, shortened } from "../../core/text.js";
import { BadInput } from "../source.js";
import { type FieldPath, fieldName } from "./fields.js";

/** The reasons for records of any format that cannot be used, each with what it means. */
export const fieldReasons = {
	"no-text": "a record has no text in the field that should hold it",
	"no-id":
		"a record has no text or number in the field that should hold its id",
	"filter-failed": "a record has values that the condition cannot compare",
};

/**
 * What is wrong with a record whose text's field holds no text.
 * @param value What it holds; undefined: there is no such field.
 * @param fieldNames The names of the record's fields.
 * @param advice What could be done first: `Name`, or what ends with `name`.
 */
export function noText(
	value: unknown,
	field: FieldPath,
	fieldNames: string[],
	advice = "Name",
): BadInput {
	const name = quoted(fieldName(field));
	const what =
		value === undefined
			? `the record has no field ${name} (it has: ${listed(fieldNames)})`
			: `the field ${name} is ${value === null ? "null" : `of type ${typeof value}`}, not a text`;
	return new BadInput(
		"no-text",
		`${what}. ${advice} the text's field with ${optionName("textField")}, or give ${optionName("onError", "skip")}`,
	);
}

/** What is wrong with a record that has no id where it must have one. */
export function noId(field: FieldPath): BadInput {
	return new BadInput(
		"no-id",
		`the record has no text or number in the field ${quoted(fieldName(field))}. Name the id's field with ${optionName("idField")}, or give ${optionName("onError", "skip")}`,
	);
}

function listed(names: string[]): string {
	const more = names.length > 10 ? ", ..." : "";
	return shortened(names.slice(0, 10).join(", ") || "none") + more;
}
