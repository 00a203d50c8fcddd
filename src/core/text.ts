const LONGEST_QUOTE = 200;

/** A text with its control characters written as escapes, so that a terminal obeys none of them. */
export function escapeControls(text: string): string {
	return text.replace(
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
		/[\u0000-\u001f\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
		(character) =>
			`\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

/** A text as one word of a command line, quoted for a shell where it must be. */
export function shellWord(text: string): string {
	return /^[\w.,:/@%+=-]+$/.test(text)
		? text
		: `'${text.replaceAll("'", "'\\''")}'`;
}

/** A value of the input in a sentence: in quotation marks, and cut where it is long. */
export function quoted(value: unknown): string {
	return shortened(jsonOf(value));
}

function jsonOf(value: unknown): string {
	if (typeof value === "bigint") return String(value);
	try {
		return JSON.stringify(value) ?? String(value);
	} catch {
		// What holds itself, or is too deep.
		return `a value of type ${typeof value}`;
	}
}

/** A text of the input in a sentence, cut where it is long. */
export function shortened(text: string, longest = LONGEST_QUOTE): string {
	return text.length <= longest
		? text
		: `${text.slice(0, longest)}... (${text.length} characters)`;
}

/** The choice that is spelled most like a name, or null where none is near. */
export function nearestName(
	name: string,
	choices: readonly string[],
): string | null {
	// What is this long is no name.
	if (name.length > 100) return null;
	let best: string | null = null;
	let least = Math.floor(Math.max(name.length, 3) / 3) + 1;
	for (const choice of choices) {
		const distance = editDistance(name.toLowerCase(), choice.toLowerCase());
		if (distance < least) {
			least = distance;
			best = choice;
		}
	}
	return best;
}

/** Letters to insert, remove, replace or swap with their neighbour (F. Damerau, 1964). */
function editDistance(a: string, b: string): number {
	let twoAbove: number[] = [];
	let above = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			row[j] = Math.min(
				above[j] + 1,
				row[j - 1] + 1,
				above[j - 1] + Number(a[i - 1] !== b[j - 1]),
			);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				row[j] = Math.min(row[j], twoAbove[j - 2] + 1);
		}
		twoAbove = above;
		above = row;
	}
	return above[b.length];
}

/** The path of a directory without slashes at its end; `/` and `s3://` stay as they are. */
export function withoutSlashes(path: string): string {
	return path.replace(/(?<=[^:/])\/+$/, "");
}

/** An expression that finds one of some texts, the longest first; also with the flag `u`. */
export function anyOf(texts: Iterable<string>): string {
	const escaped = [...texts]
		.sort((a, b) => b.length - a.length)
		.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
	return escaped.length === 0 ? "(?!)" : escaped.join("|");
}
