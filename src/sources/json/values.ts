import { endOfString, parseJson } from "../../core/json.js";

// JSON with the NaN, Infinity and -Infinity that Python writes, which JSON.parse refuses, and
// with whole numbers that it would round.

const NOT_FINITE = /-?Infinity|NaN/g;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Digits of numbers that may be too large for a double. */
const LARGE = /\d{16}/;

/**
 * What JSON.parse gives, also where a value is NaN, Infinity or -Infinity; whole numbers
 * that a double cannot hold are bigints.
 */
export function parseRecordJson(json: string): unknown {
	try {
		const value: unknown = parseJson(json);
		return LARGE.test(json) ? parseMarked(json) : value;
	} catch (error) {
		if (json.search(NOT_FINITE) === -1) throw error;
		return parseMarked(json);
	}
}

/** Whether JSON may have floats without a fraction, or large numbers: JSON.parse makes others of them. */
export function mayLoseNumbers(json: string): boolean {
	return /\d\.0|[eE][+-]?\d|\d{16}/.test(json);
}

/**
 * Why JSON.parse refuses a line.
 * @param failure How many of its UTF-16 units are good.
 * @throws Error where it does not: the scanner and JSON.parse must agree.
 */
export function refusalOf(line: string, failure: number): string {
	const good = line.slice(0, failure);
	const known = withoutNaN(good);
	try {
		parseJson(known + line.slice(failure));
	} catch (error) {
		const { message } = error as Error;
		if (known === good) return message;
		// It may quote the line.
		return message.replace(
			/, .* is not valid JSON$/s,
			` in JSON at position ${failure}`,
		);
	}
	throw new Error(
		`the scanner refuses what JSON.parse reads, at character ${failure} of the line ${line.slice(0, 1000)}`,
	);
}

/** What JSON.parse knows in place of NaN and Infinity, as long as these. */
function withoutNaN(json: string): string {
	if (json.search(NOT_FINITE) === -1) return json;
	const parts = partsOf(json).map((part, i) =>
		isString(i)
			? part
			: part.replace(NOT_FINITE, (name) => '""'.padEnd(name.length)),
	);
	return parts.join("");
}

/** Parses with a letter before each string, large numbers as strings with another letter, and NaN as a list of one that no other has. */
function parseMarked(json: string): unknown {
	const parts = partsOf(json);
	const marked = parts.map((part, i) => {
		if (!isString(i))
			// The spaces keep what stands beside a name from becoming a part of a number.
			return part
				.replace(NUMBER, (number) =>
					isRounded(number) ? `"#${number}"` : number,
				)
				.replace(NOT_FINITE, (name) =>
					name === "NaN" ? ' ["N"] ' : ` ${name.replace("Infinity", "1e999")} `,
				);
		const isName = /^[\t\r ]*:/.test(parts[i + 1]);
		return isName ? part : `"s${part.slice(1)}`;
	});
	const holder = { value: parseJson(marked.join("")) };
	// Without recursion: values may lie deep.
	const open: Record<string, unknown>[] = [holder];
	for (let object = open.pop(); object !== undefined; object = open.pop())
		for (const name of Object.keys(object)) {
			const value = object[name];
			if (typeof value === "string")
				object[name] = value.startsWith("#")
					? BigInt(value.slice(1))
					: value.slice(1);
			else if (Array.isArray(value) && value.length === 1 && value[0] === "N")
				object[name] = Number.NaN;
			else if (typeof value === "object" && value !== null)
				open.push(value as Record<string, unknown>);
		}
	return holder.value;
}

/** Whether a number as it is written is whole, and another one as a double. */
function isRounded(number: string): boolean {
	return !/[.eE]/.test(number) && !Number.isSafeInteger(Number(number));
}

/** A JSON text in parts, of which every second one is a string with its quotes; the last may lack its end. */
function partsOf(json: string): string[] {
	const parts: string[] = [];
	let start = 0;
	while (true) {
		const quote = json.indexOf('"', start);
		if (quote === -1) return [...parts, json.slice(start)];
		const end = endOfString(json, quote);
		parts.push(json.slice(start, quote), json.slice(quote, end));
		start = end;
	}
}

/** Whether a part of `partsOf` is a string, by its index. */
function isString(part: number): boolean {
	return part % 2 === 1;
}
