import { spendOnCharacters, spendOnSplitting, spendOnText } from "./budget.js";
import {
	characters,
	iterate,
	TemplateError,
	Tuple,
	type Value,
} from "./values.js";

// What Python's `str` takes for white space.
const SPACES =
	"\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const atStart = new RegExp(`^[${SPACES}]+`);
const oneSpace = new RegExp(`[${SPACES}]`);
const words = new RegExp(`[^${SPACES}]+`, "g");

/** Strips a text as Python does. @param chars The characters to strip; null: white space. */
export function strip(
	text: string,
	chars: string | null,
	left: boolean,
	right: boolean,
): string {
	if (chars === null) {
		let start = 0;
		let end = text.length;
		if (left) start = atStart.exec(text)?.[0].length ?? 0;
		if (right) while (end > start && oneSpace.test(text[end - 1])) end--;
		return text.slice(start, end);
	}
	const set = new Set(chars);
	const parts = characters(text);
	let start = 0;
	let end = parts.length;
	if (left) while (start < end && set.has(parts[start])) start++;
	if (right) while (end > start && set.has(parts[end - 1])) end--;
	const kept = parts.slice(start, end);
	return typeof kept === "string" ? kept : kept.join("");
}

/** Splits a text as Python does. @param limit How often at most; negative: always. */
export function split(
	text: string,
	separator: string | null,
	limit: number,
	fromRight: boolean,
): string[] {
	if (separator === "") throw new TemplateError("empty separator");
	if (separator !== null) {
		spendOnSplitting(text.length);
		const parts = text.split(separator);
		if (limit < 0 || parts.length <= limit + 1) return parts;
		return fromRight
			? [
					parts.slice(0, parts.length - limit).join(separator),
					...parts.slice(parts.length - limit),
				]
			: [...parts.slice(0, limit), parts.slice(limit).join(separator)];
	}
	spendOnCharacters(text.length);
	const found = [...text.matchAll(words)];
	if (limit < 0 || found.length <= limit) return found.map(([word]) => word);
	if (fromRight) {
		const kept = found.slice(found.length - limit);
		const rest = strip(text.slice(0, kept[0]?.index), null, true, true);
		return [...(rest === "" ? [] : [rest]), ...kept.map(([word]) => word)];
	}
	const rest = strip(text.slice(found[limit].index), null, true, false);
	// The rest keeps its white space at the end, as in Python.
	return [...found.slice(0, limit).map(([word]) => word), rest];
}

/** `s.startswith` and `s.endswith`: a text, or a tuple of which any may fit. */
export function affixes(value: Value): string[] {
	const all = value instanceof Tuple ? iterate(value) : [value];
	for (const each of all)
		if (typeof each !== "string")
			throw new TemplateError("an affix must be a text or a tuple of texts");
	return all as string[];
}

export function replace(
	text: string,
	old: string,
	by: string,
	count: number,
): string {
	if (by.length > old.length) spendOnText(lengthReplaced(text, old, by, count));
	if (count < 0 && old !== "") return text.replaceAll(old, () => by);
	if (old === "") {
		spendOnCharacters(text.length);
		const parts = Array.from(text);
		let result = "";
		for (let i = 0; i <= parts.length; i++)
			result += (count < 0 || i < count ? by : "") + (parts[i] ?? "");
		return result;
	}
	spendOnSplitting(text.length);
	const parts = text.split(old);
	if (parts.length <= count + 1) return parts.join(by);
	return [...parts.slice(0, count), parts.slice(count).join(old)].join(by);
}

export function joined(texts: readonly string[], between: string): string {
	spendOnText(
		texts.reduce((sum, { length }) => sum + length + between.length, 0),
	);
	return texts.join(between);
}

/** How long a text gets by a replacement, at least. */
function lengthReplaced(
	text: string,
	old: string,
	by: string,
	count: number,
): number {
	let times = old === "" ? text.length : 0;
	if (old !== "")
		for (let at = text.indexOf(old); at !== -1; times++)
			at = text.indexOf(old, at + old.length);
	if (count >= 0) times = Math.min(times, count);
	return text.length + times * (by.length - old.length);
}

/** The first letter of each word large and the others small, as `str.title` has them. */
export function title(text: string): string {
	spendOnCharacters(text.length);
	return text.replace(/\p{L}+/gu, capitalize);
}

export function capitalize(text: string): string {
	const [first = ""] = text;
	return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

/** A part of a list or a text, as Python's slices take it. */
export function slice<T>(
	items: ArrayLike<T>,
	start: number | null,
	stop: number | null,
	step: number,
): T[] {
	if (step === 0) throw new TemplateError("slice step cannot be zero");
	const { length } = items;
	const least = step > 0 ? 0 : -1;
	const most = step > 0 ? length : length - 1;
	const place = (at: number | null, otherwise: number) =>
		at === null
			? otherwise
			: Math.min(Math.max(at < 0 ? at + length : at, least), most);
	const from = place(start, step > 0 ? 0 : length - 1);
	const to = place(stop, step > 0 ? length : -1);
	const taken: T[] = [];
	for (let i = from; step > 0 ? i < to : i > to; i += step)
		taken.push(items[i]);
	return taken;
}

/** `"%s" % values`: conversions s, d and r; others are refused. */
export function percent(
	text: string,
	values: Value[],
	write: (value: Value, conversion: string) => string,
): string {
	spendOnCharacters(text.length);
	let next = 0;
	const result = text.replace(/%(.)/gs, (_, conversion: string) => {
		if (conversion === "%") return "%";
		if (!"sdr".includes(conversion))
			throw new TemplateError(`%${conversion} is not supported`);
		if (next === values.length)
			throw new TemplateError("not enough arguments for format string");
		return write(values[next++], conversion);
	});
	if (next < values.length)
		throw new TemplateError(
			"not all arguments converted during string formatting",
		);
	return result;
}
