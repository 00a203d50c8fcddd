import { optionName, UsageError } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import { columns, namesOfBatches } from "../../masks/columns.js";
import { sequenceFactNames } from "../../masks/sequence-facts.js";
import {
	type FieldPath,
	fieldName,
	parseFieldPath,
} from "../../sources/records/fields.js";
import { BadInput } from "../../sources/source.js";
import type { carriedReasons } from "./reasons.js";

/** A field of records whose value goes with every sequence of a document. */
export interface CarriedField {
	/** The column that it becomes. */
	name: string;
	field: FieldPath;
	/** The value of records that do not have it; null: they cannot be used. */
	default: number | null;
}

/** The option that gives some fields. */
export function optionOfCarried(fields: readonly CarriedField[]): string[] {
	return fields.map(
		({ field, default: value }) =>
			`${fieldName(field)}${value === null ? "" : `=${value}`}`,
	);
}

/** Names that columns, or what is known of sequences, have already. */
const taken: readonly string[] = [
	...[...columns.names, ...namesOfBatches],
	...sequenceFactNames,
];

const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;
const isInt32 = (value: number) =>
	Number.isInteger(value) && value >= LEAST && value <= MOST;

/**
 * The fields that are given to be carried: names, each with its default after `=`. A field
 * within another becomes a column of its own name.
 * @throws UsageError `bad-option`
 */
export function carriedFields(given: readonly string[]): CarriedField[] {
	const fields: CarriedField[] = [];
	for (const each of given) {
		const [, path, value] = /^(.*?)(?:=(.*))?$/s.exec(each) ?? [];
		const field = parseFieldPath(path, "carry");
		const name = field[field.length - 1];
		const refuse = (fault: string) =>
			new UsageError("bad-option", `${optionName("carry")} ${fault}.`);
		if (value !== undefined && !(/^-?\d+$/.test(value) && isInt32(+value)))
			throw refuse(
				`gives ${quoted(fieldName(field))} the default ${quoted(value)}: give a whole number of 32 bits`,
			);
		if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
			throw refuse(
				`has ${quoted(name)}, which cannot name a column: give a field whose name has letters, digits and _ alone`,
			);
		if (name in Object.prototype)
			throw refuse(
				`has ${quoted(name)}, which is a name that programs keep for themselves: rename the field`,
			);
		if (taken.includes(name))
			throw refuse(
				`has ${quoted(name)}, which is another column already: rename the field`,
			);
		if (fields.some((other) => other.name === name))
			throw refuse(`has two fields for the column ${name}: leave one out`);
		fields.push({
			name,
			field,
			default: value === undefined ? null : Number(value),
		});
	}
	return fields;
}

/**
 * What a record has of a field.
 * @throws BadInput `wrong-carried`
 */
export function carriedValue(
	{ field, default: usual }: CarriedField,
	value: unknown,
): number {
	if ((value === undefined || value === null) && usual !== null) return usual;
	const number = typeof value === "bigint" ? Number(value) : value;
	if (typeof number === "number" && isInt32(number)) return number;
	const reason: keyof typeof carriedReasons = "wrong-carried";
	const name = quoted(fieldName(field));
	throw new BadInput(
		reason,
		value === undefined
			? `the record has no field ${name}, which is carried. Give its default, such as ${optionName("carry", `${fieldName(field)}=0`)}, or ${optionName("onError", "skip")}`
			: `the field ${name} is ${typeof number === "number" ? number : value === null ? "null" : `of type ${typeof value}`}, and only whole numbers of 32 bits are carried. Fix the record, or give ${optionName("onError", "skip")}`,
	);
}
