import { optionName } from "../core/errors.js";
import { quoted, shortened } from "../core/text.js";
import { BadInput } from "./source.js";

/** The reasons for records of any format that cannot be used, each with what it means. */
export const fieldReasons = {
	"no-text": "a record has no text in the field that should hold it",
	"no-id":
		"a record has no text or number in the field that should hold its id",
};

/**
 * @param fieldNames The names of a record's fields.
 * @throws BadInput `no-text`
 */
export function takeText(
	value: unknown,
	field: string,
	fieldNames: (record: number) => string[],
	record: number,
): string {
	if (typeof value === "string") return value;
	const what =
		value === undefined
			? `the record has no field ${quoted(field)} (it has: ${listed(fieldNames(record))})`
			: `the field ${quoted(field)} is ${value === null ? "null" : `of type ${typeof value}`}, not a text`;
	throw new BadInput(
		"no-text",
		`${what}. Name the text's field with ${optionName("textField")}, or give ${optionName("onError", "skip")}`,
	);
}

/**
 * @param required Whether a record must have an id.
 * @throws BadInput `no-id`
 */
export function takeId(
	value: unknown,
	field: string,
	required: boolean,
): string | null {
	if (typeof value === "string") return value;
	if (typeof value === "number" || typeof value === "bigint")
		return String(value);
	if (!required) return null;
	throw new BadInput(
		"no-id",
		`the record has no text or number in the field ${quoted(field)}. Name the id's field with ${optionName("idField")}, or give ${optionName("onError", "skip")}`,
	);
}

function listed(names: string[]): string {
	const more = names.length > 10 ? ", ..." : "";
	return shortened(names.slice(0, 10).join(", ") || "none") + more;
}
