import {
	Float,
	Func,
	isInteger,
	Loop,
	TemplateError,
	Tuple,
	typeName,
	Undefined,
	type Value,
} from "./values.js";

const isNumber = (value: Value) =>
	isInteger(value) || typeof value === "boolean" || value instanceof Float;

const isSequence = (value: Value) =>
	typeof value === "string" ||
	Array.isArray(value) ||
	value instanceof Tuple ||
	value instanceof Map ||
	value instanceof Undefined;

function whole(value: Value): bigint {
	if (!isInteger(value))
		throw new TemplateError(`a ${typeName(value)} is neither odd nor even`);
	return BigInt(value);
}

/** What stands after `is`. */
export const tests: Readonly<Record<string, (value: Value) => boolean>> = {
	defined: (value) => !(value instanceof Undefined),
	undefined: (value) => value instanceof Undefined,
	none: (value) => value === null,
	boolean: (value) => typeof value === "boolean",
	true: (value) => value === true,
	false: (value) => value === false,
	integer: (value) => isInteger(value),
	float: (value) => value instanceof Float,
	number: isNumber,
	string: (value) => typeof value === "string",
	mapping: (value) => value instanceof Map,
	sequence: isSequence,
	iterable: (value) => isSequence(value) || value instanceof Loop,
	callable: (value) => value instanceof Func,
	odd: (value) => whole(value) % 2n !== 0n,
	even: (value) => whole(value) % 2n === 0n,
	lower: (value) =>
		typeof value === "string" &&
		value === value.toLowerCase() &&
		value !== value.toUpperCase(),
	upper: (value) =>
		typeof value === "string" &&
		value === value.toUpperCase() &&
		value !== value.toLowerCase(),
};

/** Tests of two values, in `selectattr("role", "equalto", "user")`. */
export const comparisons = [
	"equalto",
	"eq",
	"==",
	"ne",
	"!=",
	"lt",
	"<",
	"gt",
	">",
	"le",
	"<=",
	"ge",
	">=",
	"in",
] as const;
