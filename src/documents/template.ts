import { optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import {
	type FieldPath,
	fieldName,
	parseFieldPath,
} from "../sources/records/fields.js";
import { BadInput } from "../sources/source.js";

/** A text with fields of a record in it. */
export interface Template {
	/** The fields, in the order that they stand in. */
	fields: readonly FieldPath[];
	/**
	 * The text of a record.
	 * @param values What the fields hold.
	 * @throws BadInput `no-text` where one holds neither a text nor a number
	 */
	render(values: readonly unknown[]): string;
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", "\\": "\\" };

/**
 * Reads a template such as `{title}\n\n{meta.body}`: fields stand in braces, braces
 * are doubled, and `\n`, `\t` and `\\` are escapes.
 * @throws UsageError `bad-option`
 */
export function parseTemplate(template: string, option: string): Template {
	/** What stands before each field, and after the last. */
	const literals = [""];
	const fields: FieldPath[] = [];
	const parts = /\{\{|\}\}|\{([^{}]*)\}|\\([nt\\])|[{}]|[^{}\\]+|\\/g;
	for (const [part, field, escaped] of template.matchAll(parts)) {
		if (part === "{" || part === "}")
			throw new UsageError(
				"bad-option",
				`${optionName(option)} is ${quoted(template)}, with a brace ${part} that has no partner: fields stand in braces, as in {title}, and a brace itself is written twice.`,
			);
		if (field !== undefined) {
			fields.push(parseFieldPath(field, option));
			literals.push("");
		} else
			literals[literals.length - 1] +=
				escaped === undefined
					? part.replace(/^(\{\{|\}\})$/, part[0])
					: ESCAPES[escaped];
	}
	if (fields.length === 0)
		throw new UsageError(
			"bad-option",
			`${optionName(option)} is ${quoted(template)}, which names no field: write those that make the text in braces, as in {title}.`,
		);
	return {
		fields,
		render: (values) =>
			fields.reduce(
				(text, field, i) => text + textOf(values[i], field) + literals[i + 1],
				literals[0],
			),
	};
}

function textOf(value: unknown, field: FieldPath): string {
	if (typeof value === "string") return value;
	if (typeof value === "number" || typeof value === "bigint")
		return String(value);
	const name = quoted(fieldName(field));
	throw new BadInput(
		"no-text",
		`${value === undefined ? `the record has no field ${name}` : `the field ${name} is ${value === null ? "null" : `of type ${typeof value}`}, neither a text nor a number`}, which ${optionName("text")} wants. Leave it out there, filter such records with ${optionName("where")}, or give ${optionName("onError", "skip")}`,
	);
}
