import {
	spend,
	spendOnCharacters,
	spendOnItems,
	spendOnText,
} from "./budget.js";
import { TemplateError } from "./template-error.js";

export { TemplateError } from "./template-error.js";

/**
 * The values of templates, which are Python's: None is null, a list is an array, a dict a
 * `Map`, an int a number or a bigint, a float a `Float`.
 */
export type Value =
	| null
	| boolean
	| number
	| bigint
	| string
	| Float
	| Undefined
	| Tuple
	| Namespace
	| Loop
	| Func
	| Dict
	| Value[];

export type Dict = Map<Value, Value>;

/** A number that Python has as a float: `1.0` is written so, unlike 1. */
export class Float {
	readonly value: number;
	constructor(value: number) {
		this.value = value;
	}
}

/** What a name or a field is that is not there. */
export class Undefined {
	readonly name: string;
	constructor(name: string) {
		this.name = name;
	}
	fail(): never {
		throw new TemplateError(`${this.name} is undefined`);
	}
}

export class Tuple {
	readonly items: Value[];
	constructor(items: Value[]) {
		this.items = items;
	}
}

export class Namespace {
	readonly fields: Map<string, Value>;
	constructor(fields: Map<string, Value>) {
		this.fields = fields;
	}
}

export type KeywordValues = ReadonlyMap<string, Value>;
export const noKeywords: KeywordValues = new Map();

/** What can be called: a macro, a function or a method with its object. */
export class Func {
	readonly call: (args: Value[], keywords: KeywordValues) => Value;
	constructor(call: (args: Value[], keywords: KeywordValues) => Value) {
		this.call = call;
	}
}

/** The variable `loop` of a loop. */
export class Loop {
	readonly items: Value[];
	at = 0;
	constructor(items: Value[]) {
		this.items = items;
	}

	field(name: string): Value {
		const { items, at } = this;
		switch (name) {
			case "index":
				return at + 1;
			case "index0":
				return at;
			case "revindex":
				return items.length - at;
			case "revindex0":
				return items.length - at - 1;
			case "first":
				return at === 0;
			case "last":
				return at === items.length - 1;
			case "length":
				return items.length;
			case "previtem":
				return at > 0
					? items[at - 1]
					: new Undefined("there is no previous item");
			case "nextitem":
				return at + 1 < items.length
					? items[at + 1]
					: new Undefined("there is no next item");
			case "cycle":
				return new Func((args) => {
					if (args.length === 0)
						throw new TemplateError("loop.cycle() has no values to go round");
					return args[at % args.length];
				});
			default:
				throw new TemplateError(`loop.${name} is not supported`);
		}
	}
}

export const isInteger = (value: Value): value is number | bigint =>
	typeof value === "number" || typeof value === "bigint";

/**
 * What Python calls the type of a value.
 * @throws TemplateError where there is none: a template may call anything with too few values.
 */
export function typeName(value: Value | undefined): string {
	if (value === undefined)
		throw new TemplateError("a filter or function is given too few values");
	if (value === null) return "NoneType";
	if (typeof value === "boolean") return "bool";
	if (isInteger(value)) return "int";
	if (typeof value === "string") return "str";
	if (value instanceof Float) return "float";
	if (value instanceof Undefined) return "Undefined";
	if (value instanceof Tuple) return "tuple";
	if (value instanceof Map) return "dict";
	if (Array.isArray(value)) return "list";
	return value.constructor.name;
}

export function truth(value: Value): boolean {
	if (typeof value === "boolean") return value;
	if (typeof value === "string") return value !== "";
	if (value === null || value instanceof Undefined) return false;
	if (typeof value === "number") return value !== 0;
	if (typeof value === "bigint") return value !== 0n;
	if (value instanceof Float) return value.value !== 0;
	if (value instanceof Map) return value.size > 0;
	if (Array.isArray(value)) return value.length > 0;
	if (value instanceof Tuple) return value.items.length > 0;
	return true;
}

/** Numbers and booleans, which are numbers; undefined for anything else. */
export function numeric(value: Value): number | bigint | undefined {
	if (typeof value === "number" || typeof value === "bigint") return value;
	if (typeof value === "boolean") return Number(value);
	return value instanceof Float ? value.value : undefined;
}

export function equal(a: Value, b: Value): boolean {
	if (a === b) return true;
	if (typeof a === "string" || typeof b === "string") return false;
	spend(1);
	if (a === null || b === null) return false;
	const x = numeric(a);
	const y = numeric(b);
	// biome-ignore lint/suspicious/noDoubleEquals: a bigint may equal a number
	if (x !== undefined && y !== undefined) return x == y;
	if (a instanceof Undefined) return b instanceof Undefined;
	if (Array.isArray(a)) return Array.isArray(b) && equalItems(a, b);
	if (a instanceof Tuple)
		return b instanceof Tuple && equalItems(a.items, b.items);
	if (a instanceof Map)
		return (
			b instanceof Map &&
			a.size === b.size &&
			[...a].every(([key, value]) => {
				const other = b.get(key);
				return other !== undefined && equal(value, other);
			})
		);
	return false;
}

const equalItems = (a: Value[], b: Value[]) =>
	a.length === b.length && a.every((item, i) => equal(item, b[i]));

/** Negative, 0 or positive; texts are compared by code points. */
export function compare(a: Value, b: Value): number {
	spend(1);
	if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
	const x = numeric(a);
	const y = numeric(b);
	if (x !== undefined && y !== undefined)
		return x < y ? -1 : x > y ? 1 : x >= y ? 0 : Number.NaN;
	const lists = [itemsOrNull(a), itemsOrNull(b)] as const;
	if (lists[0] !== null && lists[1] !== null && typeName(a) === typeName(b)) {
		const [some, others] = lists;
		for (let i = 0; i < Math.min(some.length, others.length); i++)
			if (!equal(some[i], others[i])) return compare(some[i], others[i]);
		return some.length - others.length;
	}
	throw new TemplateError(
		`'${typeName(a)}' and '${typeName(b)}' cannot be ordered`,
	);
}

const itemsOrNull = (value: Value) =>
	Array.isArray(value) ? value : value instanceof Tuple ? value.items : null;

export function compareTexts(a: string, b: string): number {
	if (a === b) return 0;
	let i = 0;
	while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i))
		i++;
	spendOnText(i);
	if (i === a.length || i === b.length) return a.length - b.length;
	const rank = (unit: number) =>
		unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
	return rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
}

export function contains(container: Value, item: Value): boolean {
	if (typeof container === "string") {
		if (typeof item !== "string")
			throw new TemplateError(
				`'in <string>' requires string as left operand, not ${typeName(item)}`,
			);
		spendOnText(container.length);
		return container.includes(item);
	}
	if (container instanceof Map) return container.has(item);
	return iterate(container).some((each) => equal(each, item));
}

const HAS_SURROGATE = /[\ud800-\udfff]/;

/** The code points of a text, each as a text: Python counts these. */
export function characters(text: string): string[] | string {
	spendOnText(text.length);
	if (!HAS_SURROGATE.test(text)) return text;
	spendOnCharacters(text.length);
	return Array.from(text);
}

export function iterate(value: Value): Value[] {
	if (typeof value === "string") spendOnCharacters(value.length);
	const items = itemsOf(value);
	spendOnItems(items.length);
	return items;
}

function itemsOf(value: Value): Value[] {
	if (Array.isArray(value)) return value;
	if (value instanceof Tuple) return value.items;
	if (value instanceof Map) return [...value.keys()];
	if (typeof value === "string") return Array.from(value);
	if (value instanceof Undefined) return [];
	throw new TemplateError(`'${typeName(value)}' object is not iterable`);
}

/** Counts what going through a value once takes. */
export function spendOn(value: Value): void {
	if (typeof value === "string") spendOnText(value.length);
	else if (Array.isArray(value)) spendOnItems(value.length);
	else if (value instanceof Map) spendOnItems(value.size);
	else spend(1);
}

export function lengthOf(value: Value): number {
	if (typeof value === "string") return characters(value).length;
	if (value instanceof Map) return value.size;
	const items = itemsOrNull(value);
	if (items !== null) return items.length;
	if (value instanceof Undefined) return 0;
	throw new TemplateError(`object of type '${typeName(value)}' has no len()`);
}

/** What `str` makes of a value. */
export function textOf(value: Value): string {
	if (typeof value === "string") return value;
	return value instanceof Undefined ? "" : represent(value);
}

/** What `repr` makes of a value. */
export function represent(value: Value): string {
	spend(1);
	if (typeof value === "string") return representText(value);
	if (value === null) return "None";
	if (typeof value === "boolean") return value ? "True" : "False";
	if (isInteger(value)) return String(value);
	if (value instanceof Float) return floatText(value.value);
	if (value instanceof Undefined) return "Undefined";
	if (Array.isArray(value)) return `[${value.map(represent).join(", ")}]`;
	if (value instanceof Tuple)
		return value.items.length === 1
			? `(${represent(value.items[0])},)`
			: `(${value.items.map(represent).join(", ")})`;
	if (value instanceof Map)
		return `{${Array.from(value, ([key, item]) => `${represent(key)}: ${represent(item)}`).join(", ")}}`;
	throw new TemplateError(`a ${typeName(value)} cannot be written as a text`);
}

const UNPRINTABLE = /[\\\p{C}\p{Z}]/gu;

function representText(text: string): string {
	spendOnCharacters(text.length);
	const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
	const escaped = text.replace(UNPRINTABLE, (character) => {
		switch (character) {
			case " ":
				return " ";
			case "\\":
				return "\\\\";
			case "\n":
				return "\\n";
			case "\r":
				return "\\r";
			case "\t":
				return "\\t";
		}
		const point = character.codePointAt(0) as number;
		const hex = point.toString(16);
		if (point <= 0xff) return `\\x${hex.padStart(2, "0")}`;
		return point <= 0xffff
			? `\\u${hex.padStart(4, "0")}`
			: `\\U${hex.padStart(8, "0")}`;
	});
	return (
		quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote
	);
}

/** A float as Python writes it: digits as JavaScript has them, another use of exponents. */
export function floatText(value: number): string {
	if (Number.isNaN(value)) return "nan";
	if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
	if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
	const [mantissa, exponentText] = value.toExponential().split("e");
	const exponent = Number(exponentText);
	if (exponent >= -4 && exponent < 16)
		return Number.isInteger(value) ? `${value}.0` : String(value);
	const sign = exponent < 0 ? "-" : "+";
	return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
