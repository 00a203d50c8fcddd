import { optionName, UsageError } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import { isObject } from "../../core/values.js";

/** Names of fields, the outermost first, each within the one before. */
export type FieldPath = readonly string[];

/** What is wanted of each record. */
export interface WantedFields {
	/** The field that is wanted as UTF-8; null: none is. */
	text: FieldPath | null;
	/** The field that holds the id. */
	id: FieldPath;
	/** Fields that are wanted as values. */
	values: readonly FieldPath[];
	/** From which of them on lists and objects are wanted as `JsonText`, where the format has them so; left out: none is. */
	jsonFrom?: number;
}

/** A list or an object as the JSON that a file has of it, which tells 1.0 from 1. */
export class JsonText {
	readonly text: string;
	/** Where in this JSON it is. */
	readonly path: FieldPath;

	constructor(text: string, path: FieldPath = []) {
		this.text = text;
		this.path = path;
	}
}

/**
 * The names in a field's name: dots stand between a field and one within it, and a dot
 * of a name itself is written `\.`.
 * @param option The option that gave it.
 * @throws UsageError `bad-option`
 */
export function parseFieldPath(text: string, option: string): FieldPath {
	const names = text
		.split(/(?<!\\)\./)
		.map((name) => name.replaceAll("\\.", "."));
	if (names.includes(""))
		throw new UsageError(
			"bad-option",
			`${optionName(option)} is ${quoted(text)}: give the name of a field, with dots between it and one within it, such as meta.body; a dot of the name itself is written \\. .`,
		);
	return names;
}

/** A field's name, as it is given. */
export function fieldName(path: FieldPath): string {
	return path.map((name) => name.replaceAll(".", "\\.")).join(".");
}

/** The value of a field; undefined where there is none. */
export function valueAt(record: unknown, path: FieldPath): unknown {
	let value = record;
	for (const name of path) {
		if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
		value = value[name];
	}
	return value;
}
