/**
 * Whether JSON.parse takes an escaped name for another one that it met before, as in V8 of Node 24 to
 * 26: `{"\n":1}` may come out as `{"\\":1}` (https://github.com/nodejs/node/issues/63785).
 */
const TAKES_NAMES_FOR_OTHERS = takesNamesForOthers();

function takesNamesForOthers(): boolean {
	JSON.parse('{"met before":1,"\\\\":1}');
	return !Object.hasOwn(JSON.parse('{"met before":1,"\\n":1}'), "\n");
}

/** What JSON.parse should give. @throws SyntaxError as it does. */
export function parseJson(
	json: string,
	reviver?: Parameters<typeof JSON.parse>[1],
): ReturnType<typeof JSON.parse> {
	return TAKES_NAMES_FOR_OTHERS
		? parseByMarks(json, reviver)
		: JSON.parse(json, reviver);
}

/** As `parseJson`, whatever names JSON.parse takes for others: it meets no escaped ones. */
export function parseByMarks(
	json: string,
	reviver?: Parameters<typeof JSON.parse>[1],
): ReturnType<typeof JSON.parse> {
	const { marked, mark, names } = markEscapedNames(json);
	if (names.length === 0) return JSON.parse(json, reviver);
	let value: unknown;
	try {
		value = JSON.parse(marked, reviver);
	} catch {
		return JSON.parse(json, reviver);
	}
	return unmark(value, mark, names);
}

interface MarkedNames {
	/** The JSON with a mark and a number for each escaped name. */
	marked: string;
	mark: string;
	/** The names as they are, by their numbers. */
	names: string[];
}

function markEscapedNames(json: string): MarkedNames {
	const numbers = new Map<string, number>();
	let mark = "@";
	const parts: string[] = [];
	let copied = 0;
	for (let at = json.indexOf("\\"); at !== -1; ) {
		// Backslashes are in strings only, and of its string this one is the first.
		const start = json.lastIndexOf('"', at);
		const end = endOfString(json, start);
		at = json.indexOf("\\", end);
		NAME_ENDS.lastIndex = end;
		if (start === -1 || !NAME_ENDS.test(json)) continue;
		const name = stringOf(json.slice(start, end));
		if (name === undefined) break;
		if (numbers.size === 0) while (json.includes(`"${mark}`)) mark += "@";
		const number = numbers.get(name) ?? numbers.size;
		numbers.set(name, number);
		parts.push(json.slice(copied, start), `"${mark}${number}"`);
		copied = end;
	}
	const marked = parts.join("") + json.slice(copied);
	return { marked, mark, names: [...numbers.keys()] };
}

const NAME_ENDS = /[ \t\r\n]*:/y;

/** What a string of JSON says; undefined where it is none. */
function stringOf(json: string): string | undefined {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/**
 * The place after a string of JSON.
 * @param quote The place of the quotation mark that begins it.
 */
export function endOfString(json: string, quote: number): number {
	for (let at = quote + 1; ; ) {
		const end = json.indexOf('"', at);
		if (end === -1) return json.length;
		let escapes = end;
		while (json[escapes - 1] === "\\") escapes--;
		if ((end - escapes) % 2 === 0) return end + 1;
		at = end + 1;
	}
}

/** Gives the names back to the objects in a value. */
function unmark(value: unknown, mark: string, names: string[]): unknown {
	const holder = [value];
	// Without recursion: values may lie deep.
	const open: object[] = [holder];
	const nameOf = (written: string) =>
		written.startsWith(mark)
			? names[Number(written.slice(mark.length))]
			: written;
	const opened = (value: unknown) => {
		if (typeof value !== "object" || value === null) return value;
		const named = Array.isArray(value) ? value : withNames(value, mark, nameOf);
		open.push(named);
		return named;
	};
	for (let object = open.pop(); object !== undefined; object = open.pop()) {
		if (Array.isArray(object))
			for (let i = 0; i < object.length; i++) {
				const value = object[i];
				if (typeof value === "object") object[i] = opened(value);
			}
		else {
			const values = object as Record<string, unknown>;
			for (const name of Object.keys(values)) {
				const value = values[name];
				if (typeof value === "object") values[name] = opened(value);
			}
		}
	}
	return holder[0];
}

function withNames(
	object: object,
	mark: string,
	nameOf: (written: string) => string,
): object {
	const own = Object.keys(object);
	if (!own.some((written) => written.startsWith(mark))) return object;
	const values = object as Record<string, unknown>;
	const named: Record<string, unknown> = {};
	for (const written of own) {
		const name = nameOf(written);
		if (name === "__proto__")
			Object.defineProperty(named, name, {
				value: values[written],
				configurable: true,
				enumerable: true,
				writable: true,
			});
		else named[name] = values[written];
	}
	return named;
}
