import { spendOnItems, spendOnSplitting, spendOnText } from "./budget.js";
import { type JsonOptions, toJson } from "./json.js";
import { tests } from "./tests.js";
import { capitalize, joined, replace, strip, title } from "./texts.js";
import {
	compare,
	contains,
	equal,
	Float,
	isInteger,
	iterate,
	type KeywordValues,
	lengthOf,
	numeric,
	TemplateError,
	Tuple,
	textOf,
	truth,
	typeName,
	Undefined,
	type Value,
} from "./values.js";

/** What filters need of the machine that runs them. */
export interface FilterContext {
	item(value: Value, key: Value): Value;
	apply(filter: string, value: Value, args: Value[]): Value;
}

export type Filter = (
	value: Value,
	args: Value[],
	keywords: KeywordValues,
	context: FilterContext,
) => Value;

const given = (
	args: Value[],
	keywords: KeywordValues,
	at: number,
	name: string,
): Value | undefined => args[at] ?? keywords.get(name);

function text(value: Value, what: string): string {
	if (typeof value === "string") return value;
	throw new TemplateError(`${what} must be a text, not ${typeName(value)}`);
}

function integer(value: Value, what: string): number {
	if (typeof value === "number") return value;
	throw new TemplateError(`${what} must be an int, not ${typeName(value)}`);
}

function spaces(count: Value, what: string): string {
	const length = Math.max(integer(count, what), 0);
	spendOnText(length);
	return " ".repeat(length);
}

/** `a.b` of an item, or its item of that number. */
function attribute(value: Value, path: Value, { item }: FilterContext): Value {
	if (typeof path !== "string") return item(value, path);
	return path
		.split(".")
		.reduce(
			(within: Value, name) =>
				item(within, /^\d+$/.test(name) ? Number(name) : name),
			value,
		);
}

function comparison(name: string, a: Value, b: Value): boolean {
	switch (name) {
		case "equalto":
		case "eq":
		case "==":
			return equal(a, b);
		case "ne":
		case "!=":
			return !equal(a, b);
		case "lt":
		case "<":
			return compare(a, b) < 0;
		case "gt":
		case ">":
			return compare(a, b) > 0;
		case "le":
		case "<=":
			return compare(a, b) <= 0;
		case "ge":
		case ">=":
			return compare(a, b) >= 0;
		case "in":
			return contains(b, a);
		default:
			throw new TemplateError(`there is no test '${name}'`);
	}
}

function meets(value: Value, test: Value[]): boolean {
	if (test.length === 0) return truth(value);
	const name = text(test[0], "the name of a test");
	if (test.length === 1 && Object.hasOwn(tests, name))
		return tests[name](value);
	return comparison(name, value, test[1] ?? null);
}

const selecting =
	(wanted: boolean): Filter =>
	(value, args) =>
		iterate(value).filter((each) => meets(each, args) === wanted);

const selectingBy =
	(wanted: boolean): Filter =>
	(value, [path, ...test], _, context) =>
		iterate(value).filter(
			(each) => meets(attribute(each, path, context), test) === wanted,
		);

const small = (value: Value, caseSensitive: boolean) =>
	typeof value === "string" && !caseSensitive ? value.toLowerCase() : value;

function sorted(
	values: Value[],
	key: (value: Value) => Value,
	caseSensitive: boolean,
	reverse: boolean,
): Value[] {
	const order = (a: Value, b: Value) =>
		compare(small(key(a), caseSensitive), small(key(b), caseSensitive));
	// Python keeps the order of equals also where it sorts backwards.
	return [...values].sort(reverse ? (a, b) => order(b, a) : order);
}

function jsonOptions(args: Value[], keywords: KeywordValues): JsonOptions {
	const indent = given(args, keywords, 1, "indent") ?? null;
	const separators = given(args, keywords, 2, "separators") ?? null;
	const pair = separators === null ? null : iterate(separators);
	return {
		ensureAscii: truth(given(args, keywords, 0, "ensure_ascii") ?? false),
		indent:
			indent === null
				? null
				: typeof indent === "string"
					? indent
					: spaces(indent, "indent"),
		separators:
			pair === null
				? [indent === null ? ", " : ",", ": "]
				: [text(pair[0], "a separator"), text(pair[1], "a separator")],
		sortKeys: truth(given(args, keywords, 3, "sort_keys") ?? false),
	};
}

const fallback: Filter = (value, args, keywords) => {
	const isFalse = truth(given(args, keywords, 1, "boolean") ?? false);
	return value instanceof Undefined || (isFalse && !truth(value))
		? (given(args, keywords, 0, "default_value") ?? "")
		: value;
};

const trim: Filter = (value, args, keywords) => {
	const chars = given(args, keywords, 0, "chars") ?? null;
	return strip(
		textOf(value),
		chars === null ? null : text(chars, "chars"),
		true,
		true,
	);
};

const length: Filter = (value) => lengthOf(value);

/** What stands after `|`. */
export const filters: Readonly<Record<string, Filter>> = {
	tojson: (value, args, keywords) =>
		args.length === 0 && keywords.size === 0
			? toJson(value)
			: toJson(value, jsonOptions(args, keywords)),
	trim,
	length,
	count: length,
	default: fallback,
	d: fallback,
	string: (value) => textOf(value),
	safe: (value) => value,
	upper: (value) => textOf(value).toUpperCase(),
	lower: (value) => textOf(value).toLowerCase(),
	title: (value) => title(textOf(value)),
	capitalize: (value) => capitalize(textOf(value)),
	list: (value) => [...iterate(value)],
	first: (value) => firstOf(iterate(value)),
	last: (value) => firstOf(iterate(value).slice(-1)),
	reverse: (value) =>
		typeof value === "string"
			? iterate(value).reverse().join("")
			: [...iterate(value)].reverse(),
	items(value) {
		if (value instanceof Undefined) return [];
		if (!(value instanceof Map)) throw new TemplateError("items wants a dict");
		return Array.from(value, ([key, item]) => new Tuple([key, item]));
	},
	dictsort(value, args, keywords) {
		if (!(value instanceof Map))
			throw new TemplateError("dictsort wants a dict");
		const by = given(args, keywords, 1, "by") ?? "key";
		return sorted(
			Array.from(value, ([key, item]) => new Tuple([key, item])),
			(pair) => iterate(pair)[by === "value" ? 1 : 0],
			truth(given(args, keywords, 0, "case_sensitive") ?? false),
			truth(given(args, keywords, 2, "reverse") ?? false),
		);
	},
	sort(value, args, keywords, context) {
		const by = given(args, keywords, 2, "attribute") ?? null;
		return sorted(
			iterate(value),
			(each) => (by === null ? each : attribute(each, by, context)),
			truth(given(args, keywords, 1, "case_sensitive") ?? false),
			truth(given(args, keywords, 0, "reverse") ?? false),
		);
	},
	unique(value, args, keywords, context) {
		const by = given(args, keywords, 1, "attribute") ?? null;
		const caseSensitive = truth(
			given(args, keywords, 0, "case_sensitive") ?? false,
		);
		const seen: Value[] = [];
		return iterate(value).filter((each) => {
			const key = small(
				by === null ? each : attribute(each, by, context),
				caseSensitive,
			);
			spendOnItems(seen.length);
			if (seen.some((other) => equal(other, key))) return false;
			seen.push(key);
			return true;
		});
	},
	join(value, args, keywords, context) {
		const by = given(args, keywords, 1, "attribute") ?? null;
		return joined(
			iterate(value).map((each) =>
				textOf(by === null ? each : attribute(each, by, context)),
			),
			textOf(given(args, keywords, 0, "d") ?? ""),
		);
	},
	map(value, args, keywords, context) {
		const by = keywords.get("attribute");
		if (by !== undefined) {
			const otherwise = keywords.get("default");
			return iterate(value).map((each) => {
				const found = attribute(each, by, context);
				return found instanceof Undefined && otherwise !== undefined
					? otherwise
					: found;
			});
		}
		const [name, ...rest] = args;
		return iterate(value).map((each) =>
			context.apply(text(name, "the name of a filter"), each, rest),
		);
	},
	select: selecting(true),
	reject: selecting(false),
	selectattr: selectingBy(true),
	rejectattr: selectingBy(false),
	replace(value, args, keywords) {
		const count = given(args, keywords, 2, "count") ?? null;
		return replace(
			textOf(value),
			textOf(args[0]),
			textOf(args[1]),
			count === null ? -1 : integer(count, "count"),
		);
	},
	indent(value, args, keywords) {
		const width = given(args, keywords, 0, "width") ?? 4;
		const first = truth(given(args, keywords, 1, "first") ?? false);
		const blank = truth(given(args, keywords, 2, "blank") ?? false);
		const space = typeof width === "string" ? width : spaces(width, "width");
		// The filter adds a line break before it splits into lines, which drops that of the end.
		const text = textOf(value);
		spendOnSplitting(text.length);
		const lines = text.split(/\r\n|\r|\n/);
		spendOnText(lines.length * space.length);
		return lines
			.map((line, i) =>
				(i === 0 ? first : true) && (blank || i === 0 || line !== "")
					? space + line
					: line,
			)
			.join("\n");
	},
	int(value, args) {
		const number =
			typeof value === "string"
				? /^\s*[+-]?\d+\s*$/.test(value)
					? Number(value)
					: Number.parseFloat(value)
				: Number(numeric(value) ?? Number.NaN);
		return Number.isFinite(number) ? Math.trunc(number) : (args[0] ?? 0);
	},
	float(value, args) {
		const number =
			typeof value === "string"
				? value.trim() === ""
					? Number.NaN
					: Number(value)
				: Number(numeric(value) ?? Number.NaN);
		return Number.isNaN(number) ? (args[0] ?? new Float(0)) : new Float(number);
	},
	abs(value) {
		const number = Number(numeric(value) ?? Number.NaN);
		if (Number.isNaN(number)) throw new TemplateError("abs wants a number");
		return value instanceof Float
			? new Float(Math.abs(number))
			: Math.abs(number);
	},
	min: (value) => extreme(value, 1),
	max: (value) => extreme(value, -1),
	sum(value, args, keywords, context) {
		const by = given(args, keywords, 0, "attribute") ?? null;
		const items = iterate(value).map((each) =>
			by === null ? each : attribute(each, by, context),
		);
		if (!items.every(isInteger))
			throw new TemplateError("sum is supported for ints");
		return items.reduce((sum: number, each) => sum + Number(each), 0);
	},
};

const firstOf = (items: Value[]): Value =>
	items.length === 0 ? new Undefined("an item of nothing") : items[0];

function extreme(value: Value, sign: number): Value {
	const items = iterate(value);
	if (items.length === 0) return new Undefined("the extreme of nothing");
	return items.reduce((best, each) =>
		sign * compare(small(each, false), small(best, false)) < 0 ? each : best,
	);
}
