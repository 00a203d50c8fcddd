/** By what HTML is known: what draws charts is built with a class of its own, and no JSON has a symbol. */
const HTML = Symbol.for("seqpack.html");

/** Text of a page that is HTML already; all else that goes into `html` is escaped. */
export class Html {
	readonly [HTML] = true;
	constructor(readonly source: string) {}
}

export type Content =
	| Html
	| string
	| number
	| null
	| undefined
	| readonly Content[];

/** HTML with values in it: texts and numbers as they are to be read, and HTML as it is. */
export function html(
	strings: TemplateStringsArray,
	...values: Content[]
): Html {
	return new Html(
		strings.raw
			.map((part, i) => (i === 0 ? part : sourceOf(values[i - 1]) + part))
			.join(""),
	);
}

/** An element, for names and attributes that are computed. */
export function element(
	name: string,
	attributes: Readonly<Record<string, string | number>>,
	...content: Content[]
): Html {
	const written = Object.entries(attributes)
		.map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
		.join("");
	return new Html(`<${name}${written}>${sourceOf(content)}</${name}>`);
}

function sourceOf(value: Content): string {
	if (value === null || value === undefined) return "";
	if (typeof value === "string") return escaped(value);
	if (typeof value === "number") return String(value);
	if (HTML in value) return value.source;
	return value.map(sourceOf).join("");
}

function escaped(text: string): string {
	return visible(text)
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll('"', "&quot;")
		.replaceAll("'", "&#39;");
}

const MARKS: Readonly<Record<string, string>> = { "\n": "↵", "\t": "⇥" };

/** A text whose control characters, and marks of writing direction, are seen and do nothing. */
export function visible(text: string): string {
	return text.toWellFormed().replace(
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
		/[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]/g,
		(character) =>
			character === "\ufffd"
				? character
				: (MARKS[character] ??
					`\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`),
	);
}

/** A name or text of the input: its direction changes nothing around it. */
export function isolated(text: string): Html {
	return html`<bdi>${text}</bdi>`;
}

/** How wide a text is, in letters of common width. */
function widthOf(character: string): number {
	return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{3fffd}]/u.test(
		character,
	)
		? 2
		: 1;
}

/** The text, cut in the middle where it is wider than so many letters. */
export function fitted(text: string, letters: number): string {
	const characters = [...visible(text)];
	const width = characters.reduce((sum, c) => sum + widthOf(c), 0);
	if (width <= letters) return characters.join("");
	const head: string[] = [];
	const tail: string[] = [];
	let left = letters - 1;
	for (let i = 0; ; i++) {
		const fromHead = i % 2 === 0;
		const next = fromHead
			? characters[head.length]
			: characters[characters.length - 1 - tail.length];
		left -= widthOf(next);
		if (left < 0) break;
		if (fromHead) head.push(next);
		else tail.unshift(next);
	}
	return `${head.join("")}…${tail.join("")}`;
}
