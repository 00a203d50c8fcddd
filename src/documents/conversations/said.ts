import { anyOf } from "../../core/text.js";
import { BadInput } from "../../sources/source.js";
import type { ChatTemplate, TemplateInput } from "./chat-template.js";
import { TemplateError, Tuple, type Value } from "./jinja/values.js";

/** What of a rendered text the record says, as far as special tokens could be made of it. */
export interface Said {
	/** Pairs of a beginning and an end in the text, in order. */
	spans: Int32Array;
	/** Whether these are all: not where the template looks in a message for a special token. */
	isAll: boolean;
}

export const NOTHING_SAID: Said = { spans: new Int32Array(0), isAll: true };

/** Blocks of letters without case; one that the text has none of stands for what is said. */
const BLOCKS = [
	[0xa000, 0xa48d],
	[0xa500, 0xa60c],
] as const;
/** All but white space, what JSON and Python write in another way, and what has two units. */
const HIDDEN = /[^\s\p{Cc}\p{Cf}"'\\\ud800-\udfff\u{10000}-\u{10ffff}]/gu;

const fold = (text: string) => text.normalize("NFKC").toLowerCase();
/**
 * Finds what of a rendered text a record says, where a special token could be made of it: the template
 * is given other letters in the place of these words, and shows where they come out.
 */
export class SaidFinder {
	readonly #specials: readonly string[];
	readonly #whole: RegExp;
	readonly #all: string;
	readonly #longest: number;
	/** What specials begin with, and end with, without the whole ones. */
	readonly #beginnings = new Set<string>();
	readonly #ends = new Set<string>();

	/** @param specials The texts of the special tokens, at least one. */
	constructor(specials: readonly string[]) {
		this.#specials = specials;
		const folded = specials.map(fold);
		this.#whole = new RegExp(anyOf(folded), "u");
		this.#all = folded.join("\n");
		this.#longest = Math.max(...folded.map(({ length }) => length));
		for (const special of folded)
			for (let cut = 1; cut < special.length; cut++) {
				this.#beginnings.add(special.slice(0, cut));
				this.#ends.add(special.slice(cut));
			}
	}

	/** Whether a special token could be made of a text, wholly or in part, whatever stands around it. */
	mayMake(text: string): boolean {
		const folded = fold(text).trim();
		if (folded === "") return false;
		if (this.#whole.test(folded)) return true;
		const { length } = folded;
		if (length < this.#longest && this.#all.includes(folded)) return true;
		for (let n = 1; n <= Math.min(length, this.#longest - 1); n++)
			if (
				this.#beginnings.has(folded.slice(length - n)) ||
				this.#ends.has(folded.slice(0, n))
			)
				return true;
		return false;
	}

	/**
	 * @param input What was rendered.
	 * @param text What came of it.
	 */
	find(template: ChatTemplate, input: TemplateInput, text: string): Said {
		const hiding = new Hiding(this, template, text);
		if (!hiding.mayHide(input)) return NOTHING_SAID;
		const specials = anyOf(this.#specials);
		const literals = [...template.literals].filter((each) => each !== "");
		const ordinary = literals.filter(
			(each) => !this.#specials.includes(each.trim()),
		);
		// What the template looks for must stay; special tokens only where nothing else will do.
		for (const [kept, isAll] of [
			["", true],
			[`${specials}|(?<kept>${anyOf(ordinary)})`, true],
			[`(?<kept>${anyOf(literals)})|${specials}`, false],
		] as const) {
			const spans = hiding.spans(input, kept);
			if (spans !== null) return { spans, isAll };
		}
		return { spans: new Int32Array(0), isAll: false };
	}
}

/** Renders a conversation with what is said hidden. */
class Hiding {
	readonly #finder: SaidFinder;
	readonly #template: ChatTemplate;
	readonly #text: string;
	readonly #block: readonly [number, number];

	constructor(finder: SaidFinder, template: ChatTemplate, text: string) {
		this.#finder = finder;
		this.#template = template;
		this.#text = text;
		this.#block =
			BLOCKS.find((block) => !hasAnyOf(text, block)) ??
			BLOCKS[BLOCKS.length - 1];
	}

	/** Whether there is something to hide. */
	mayHide(input: TemplateInput): boolean {
		let found = false;
		this.#mapped(input, (text) => {
			found ||= this.#finder.mayMake(text);
			return text;
		});
		return found;
	}

	/**
	 * Where in the text what is hidden comes out; null where the text is another one then.
	 * @param kept An expression that finds, in its group `kept`, what is not hidden.
	 */
	spans(input: TemplateInput, kept: string): Int32Array | null {
		const hidden = this.#mapped(input, this.#hider(kept));
		const out = this.#rendered(hidden);
		if (out === null || out.length !== this.#text.length) return null;
		const spans: number[] = [];
		for (let i = 0; i < out.length; i++) {
			if (out[i] === this.#text[i]) continue;
			if (!isIn(out.charCodeAt(i), this.#block)) return null;
			if (spans.at(-1) === i) spans[spans.length - 1]++;
			else spans.push(i, i + 1);
		}
		return Int32Array.from(spans);
	}

	#rendered(input: TemplateInput): string | null {
		try {
			return this.#template.render(input, false).text;
		} catch (error) {
			if (error instanceof BadInput || error instanceof TemplateError)
				return null;
			throw error;
		}
	}

	/** What hides a text: a letter for each other character. */
	#hider(kept: string): (text: string) => string {
		const [first] = this.#block;
		const letter = String.fromCharCode(first);
		const hide = (text: string) => text.replace(HIDDEN, letter);
		if (kept === "") return hide;
		const parts = new RegExp(`${kept}|[^]`, "giu");
		return (text) =>
			text.replace(parts, (part, ...rest) =>
				rest.at(-1).kept === undefined ? hide(part) : part,
			);
	}

	/** The same input with other texts in what a record says. */
	#mapped(input: TemplateInput, hide: (text: string) => string): TemplateInput {
		const texts = (text: string) =>
			this.#finder.mayMake(text) ? hide(text) : text;
		const map = (value: Value): Value => {
			if (typeof value === "string") return texts(value);
			if (Array.isArray(value)) return value.map(map);
			if (value instanceof Tuple) return new Tuple(value.items.map(map));
			return value instanceof Map ? mapDict(value) : value;
		};
		const mapDict = (dict: Map<Value, Value>) => {
			const out = new Map<Value, Value>();
			for (const [key, value] of dict) {
				const isHidden =
					typeof key === "string" && !this.#template.mentions(key);
				out.set(isHidden ? this.#apart(texts(key), out) : key, map(value));
			}
			return out;
		};
		return {
			messages: input.messages.map((message) => {
				const out = mapDict(message);
				// Who speaks is one of a few words, and says nothing.
				if (message.has("role")) out.set("role", message.get("role") as Value);
				return out;
			}),
			tools: map(input.tools),
			documents: map(input.documents),
			variables: input.variables.map(([name, value]) => [name, map(value)]),
		};
	}

	/** A key that a dict does not have yet. */
	#apart(key: string, dict: ReadonlyMap<Value, Value>): string {
		const [first, end] = this.#block;
		let other = key;
		for (let i = first + 1; dict.has(other) && i < end; i++)
			other = String.fromCharCode(i) + key.slice(1);
		return other;
	}
}

const isIn = (code: number, [first, end]: readonly [number, number]) =>
	code >= first && code < end;

function hasAnyOf(text: string, block: readonly [number, number]): boolean {
	for (let i = 0; i < text.length; i++)
		if (isIn(text.charCodeAt(i), block)) return true;
	return false;
}
