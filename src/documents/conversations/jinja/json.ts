import { spend, spendOnCharacters, spendOnText } from "./budget.js";
import {
	compareTexts,
	Float,
	floatText,
	isInteger,
	TemplateError,
	Tuple,
	typeName,
	type Value,
} from "./values.js";

export interface JsonOptions {
	/** Spaces for each level, or what stands for a level; null: all on one line. */
	indent: string | null;
	separators: readonly [item: string, key: string];
	sortKeys: boolean;
	ensureAscii: boolean;
}

const onOneLine: JsonOptions = {
	indent: null,
	separators: [", ", ": "],
	sortKeys: false,
	ensureAscii: false,
};

/** JSON as Python's `json.dumps` writes it, with ensure_ascii=False as transformers has it. */
export function toJson(value: Value, options = onOneLine, depth = 0): string {
	spend(1);
	if (typeof value === "string") return textJson(value, options);
	if (value === null) return "null";
	if (typeof value === "boolean") return String(value);
	if (isInteger(value)) return String(value);
	if (value instanceof Float) {
		const text = floatText(value.value);
		return text === "nan" ? "NaN" : text.replace("inf", "Infinity");
	}
	const { indent, separators, sortKeys } = options;
	const [open, close, parts] = partsOf();
	if (parts.length === 0) return open + close;
	if (indent === null) return open + parts.join(separators[0]) + close;
	spendOnText(indent.length * (depth + 1) * (parts.length + 1));
	const line = `\n${indent.repeat(depth + 1)}`;
	return `${open}${line}${parts.join(separators[0] + line)}\n${indent.repeat(depth)}${close}`;

	function partsOf(): [string, string, string[]] {
		const within = (item: Value) => toJson(item, options, depth + 1);
		if (Array.isArray(value)) return ["[", "]", value.map(within)];
		if (value instanceof Tuple) return ["[", "]", value.items.map(within)];
		if (!(value instanceof Map))
			throw new TemplateError(
				`Object of type ${typeName(value)} is not JSON serializable`,
			);
		const entries = Array.from(
			value,
			([key, item]) => [keyText(key), item] as const,
		);
		if (sortKeys) entries.sort(([a], [b]) => compareTexts(a, b));
		return [
			"{",
			"}",
			entries.map(
				([key, item]) => textJson(key, options) + separators[1] + within(item),
			),
		];
	}
}

function keyText(key: Value): string {
	if (typeof key === "string") return key;
	if (key === null || typeof key === "boolean" || isInteger(key))
		return String(key);
	throw new TemplateError(`keys of JSON cannot be ${typeName(key)}`);
}

function textJson(text: string, { ensureAscii }: JsonOptions): string {
	spendOnText(text.length);
	const json = JSON.stringify(text);
	if (ensureAscii) spendOnCharacters(json.length);
	return ensureAscii
		? json.replace(/[\x7f-\uffff]/g, (unit) =>
				unit === "\x7f"
					? unit
					: `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
			)
		: json;
}
