import { spendOnSplitting } from "./budget.js";
import {
	affixes,
	capitalize,
	joined,
	replace,
	slice,
	split,
	strip,
	title,
} from "./texts.js";
import {
	characters,
	type Dict,
	equal,
	isInteger,
	iterate,
	type KeywordValues,
	spendOn,
	TemplateError,
	Tuple,
	typeName,
	type Value,
} from "./values.js";

type Method<Self> = (
	self: Self,
	args: Value[],
	keywords: KeywordValues,
) => Value;

export function textArgument(value: Value | undefined, what: string): string {
	if (typeof value === "string") return value;
	throw new TemplateError(
		`${what} takes a text, not ${value === undefined ? "nothing" : typeName(value)}`,
	);
}

const charsOf = (args: Value[], what: string) =>
	args.length === 0 || args[0] === null ? null : textArgument(args[0], what);

function splitting(fromRight: boolean): Method<string> {
	return (self, args, keywords) => {
		const separator = args[0] ?? keywords.get("sep") ?? null;
		const limit = args[1] ?? keywords.get("maxsplit") ?? -1;
		if (typeof limit !== "number")
			throw new TemplateError("maxsplit must be a number");
		return split(
			self,
			separator === null ? null : textArgument(separator, "split"),
			limit,
			fromRight,
		);
	};
}

/** Places in a text are counted in code points. */
function finding(fromRight: boolean, fails: boolean): Method<string> {
	return (self, args) => {
		const wanted = textArgument(args[0], "find");
		if (args.length > 1)
			throw new TemplateError("find with a start is not supported");
		const at = fromRight ? self.lastIndexOf(wanted) : self.indexOf(wanted);
		if (at === -1 && fails) throw new TemplateError("substring not found");
		return at <= 0 ? at : characters(self.slice(0, at)).length;
	};
}

function affix(fits: (self: string, part: string) => boolean): Method<string> {
	return (self, args) => {
		if (args.length !== 1)
			throw new TemplateError(
				"startswith and endswith are supported with one value",
			);
		return affixes(args[0]).some((part) => fits(self, part));
	};
}

const every = (pattern: RegExp) => (self: string) => pattern.test(self);

export const textMethods: Readonly<Record<string, Method<string>>> = {
	strip: (self, args) => strip(self, charsOf(args, "strip"), true, true),
	lstrip: (self, args) => strip(self, charsOf(args, "lstrip"), true, false),
	rstrip: (self, args) => strip(self, charsOf(args, "rstrip"), false, true),
	split: splitting(false),
	rsplit: splitting(true),
	splitlines: (self) => {
		spendOnSplitting(self.length);
		const lines = self.split(
			// biome-ignore lint/suspicious/noControlCharactersInRegex: Python ends lines there
			/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/,
		);
		if (lines[lines.length - 1] === "") lines.pop();
		return lines;
	},
	startswith: affix((self, part) => self.startsWith(part)),
	endswith: affix((self, part) => self.endsWith(part)),
	upper: (self) => self.toUpperCase(),
	lower: (self) => self.toLowerCase(),
	title: (self) => title(self),
	capitalize: (self) => capitalize(self),
	replace(self, args, keywords) {
		const count = args[2] ?? keywords.get("count") ?? -1;
		if (typeof count !== "number")
			throw new TemplateError("the count of replace must be a number");
		return replace(
			self,
			textArgument(args[0], "replace"),
			textArgument(args[1], "replace"),
			count,
		);
	},
	join: (self, args) =>
		joined(
			iterate(args[0]).map((each) => textArgument(each, "join")),
			self,
		),
	find: finding(false, false),
	rfind: finding(true, false),
	index: finding(false, true),
	count(self, args) {
		spendOnSplitting(self.length);
		return self.split(textArgument(args[0], "count")).length - 1;
	},
	removeprefix(self, args) {
		const part = textArgument(args[0], "removeprefix");
		return self.startsWith(part) ? self.slice(part.length) : self;
	},
	removesuffix(self, args) {
		const part = textArgument(args[0], "removesuffix");
		return part !== "" && self.endsWith(part)
			? self.slice(0, -part.length)
			: self;
	},
	isdigit: every(/^\p{Nd}+$/u),
	isalpha: every(/^\p{L}+$/u),
	isalnum: every(/^[\p{L}\p{N}]+$/u),
	isspace: (self) => self !== "" && strip(self, null, true, true) === "",
	isupper: (self) => self === self.toUpperCase() && self !== self.toLowerCase(),
	islower: (self) => self === self.toLowerCase() && self !== self.toUpperCase(),
};

const pairs = (self: Dict) =>
	Array.from(self, ([key, value]) => new Tuple([key, value]));

export const dictMethods: Readonly<Record<string, Method<Dict>>> = {
	get(self, args) {
		const value = self.get(args[0]);
		return value === undefined ? (args[1] ?? null) : value;
	},
	items: (self) => pairs(self),
	keys: (self) => [...self.keys()],
	values: (self) => [...self.values()],
	copy: (self) => new Map(self),
};

export const listMethods: Readonly<Record<string, Method<Value[]>>> = {
	index(self, args) {
		const at = self.findIndex((each) => equal(each, args[0]));
		if (at === -1) throw new TemplateError("the value is not in the list");
		return at;
	},
	count: (self, args) => self.filter((each) => equal(each, args[0])).length,
	copy: (self) => [...self],
};

/** Methods that change a list or a dict: transformers' sandbox refuses them too. */
export const changing = new Set([
	"append",
	"extend",
	"insert",
	"remove",
	"reverse",
	"sort",
	"pop",
	"popitem",
	"clear",
	"update",
	"setdefault",
]);

export function methodOf(self: Value, name: string): Method<never> | undefined {
	const table =
		typeof self === "string"
			? textMethods
			: self instanceof Map
				? dictMethods
				: Array.isArray(self)
					? listMethods
					: null;
	if (table === null) return undefined;
	if (Object.hasOwn(table, name)) return table[name] as Method<never>;
	if (typeof self !== "string" && changing.has(name))
		throw new TemplateError(
			`access to '${name}' of a ${typeName(self)} is unsafe`,
		);
	return undefined;
}

/** What a method gives, with what it takes counted. */
export function callMethod(
	method: Method<never>,
	self: Value,
	args: Value[],
	keywords: KeywordValues,
): Value {
	spendOn(self);
	const made = method(self as never, args, keywords);
	spendOn(made);
	return made;
}

/** A value of `x[start:stop:step]`. */
export function sliceOf(
	self: Value,
	start: Value,
	stop: Value,
	step: Value,
): Value {
	for (const bound of [start, stop, step])
		if (bound !== null && !isInteger(bound))
			throw new TemplateError("slice indices must be integers or None");
	spendOn(self);
	const bounds = [
		start as number | null,
		stop as number | null,
		(step ?? 1) as number,
	] as const;
	if (typeof self === "string")
		return slice(characters(self), ...bounds).join("");
	if (self instanceof Tuple) return new Tuple(slice(self.items, ...bounds));
	if (Array.isArray(self)) return slice(self, ...bounds);
	throw new TemplateError(`'${typeName(self)}' object is not subscriptable`);
}
