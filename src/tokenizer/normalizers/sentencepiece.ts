import { LOWER_BLOCK } from "../spaces.js";
import { Charsmap } from "./charsmap.js";
import type { ReadNormalizer } from "./normalizer.js";

const SPACE = 0x20;

/**
 * What SentencePiece itself does to a text (its normalizer.cc), and no component of the Rust library does: of
 * rules that begin at a place the longest counts, symbols of users stay as they are, and white space is removed, put
 * before and escaped by what has been written. Stands in no tokenizer.json; see ../convert/sentencepiece.ts.
 */
export const sentencePiece: ReadNormalizer = (component) => {
	const charsmap =
		component.raw("precompiled_charsmap") === null
			? null
			: new Charsmap(component);
	const removes = component.flag("remove_extra_whitespaces");
	const space = component.flag("escape_whitespaces") ? LOWER_BLOCK : " ";
	const prefix = component.flag("add_dummy_prefix") ? space : "";
	const symbols = new Symbols(component.texts("user_defined"));
	/** First units of what may be changed. */
	const stops = new Uint8Array(0x10000);
	stops[SPACE] = 1;
	charsmap?.eachBeginning((point) => {
		stops[String.fromCodePoint(point).charCodeAt(0)] = 1;
	});
	/** Pairs of ASCII characters of which the first stays as it is: most letters begin rules, with marks. */
	const left = new Uint8Array(0x80 * 0x80);
	for (let first = 0; first < 0x80; first++)
		for (let second = 0; second < 0x80; second++)
			if (first !== SPACE && charsmap?.leaves(first, second))
				left[first * 0x80 + second] = 1;
	for (const unit of symbols.firstUnits) {
		stops[unit] = 1;
		left.fill(0, unit * 0x80, (unit + 1) * 0x80);
	}
	const isLeft = (text: string, at: number) => {
		const first = text.charCodeAt(at);
		if (stops[first] === 0) return true;
		const second = text.charCodeAt(at + 1);
		return first < 0x80 && second < 0x80 && left[first * 0x80 + second] === 1;
	};

	/** What is written for what begins at a place, and where that ends. */
	const change = (text: string, at: number): { by: string; end: number } => {
		const end = symbols.endOf(text, at);
		if (end !== -1) return { by: text.slice(at, end), end };
		const rule = charsmap?.longest(text, at) ?? null;
		if (rule !== null) return rule;
		const point = text.codePointAt(at) as number;
		const next = at + (point > 0xffff ? 2 : 1);
		return { by: text.slice(at, next), end: next };
	};

	const apply = (text: string): string => {
		let at = 0;
		while (removes && at < text.length) {
			const { by, end } = change(text, at);
			if (by !== " ") break;
			at = end;
		}
		if (at === text.length) return "";
		let written = prefix;
		let isAfterSpace = removes;
		while (at < text.length) {
			const begin = at;
			while (at < text.length && isLeft(text, at)) at++;
			if (at > begin) {
				written += text.slice(begin, at);
				isAfterSpace = false;
				continue;
			}
			const { by, end } = change(text, at);
			at = end;
			const kept = isAfterSpace ? by.replace(/^ +/, "") : by;
			if (kept === "") continue;
			written += kept.replaceAll(" ", space);
			isAfterSpace = removes && kept.endsWith(" ");
		}
		let length = written.length;
		if (removes) while (length > 0 && written[length - 1] === space) length--;
		return written.slice(0, length);
	};
	return { type: component.type, apply, ofToken: (content) => content };
};

/** Texts that are found as they are, of those that begin at one place the longest. */
class Symbols {
	/** By first unit, the longest first. */
	readonly #lengths = new Map<number, number[]>();
	readonly #texts: ReadonlySet<string>;

	constructor(texts: readonly string[]) {
		this.#texts = new Set(texts);
		for (const text of this.#texts) {
			const first = text.charCodeAt(0);
			const lengths = this.#lengths.get(first) ?? [];
			if (!lengths.includes(text.length)) lengths.push(text.length);
			this.#lengths.set(first, lengths);
		}
		for (const lengths of this.#lengths.values()) lengths.sort((a, b) => b - a);
	}

	get firstUnits(): Iterable<number> {
		return this.#lengths.keys();
	}

	/** Where the one that begins at a place ends, or -1. */
	endOf(text: string, at: number): number {
		for (const length of this.#lengths.get(text.charCodeAt(at)) ?? [])
			if (this.#texts.has(text.slice(at, at + length))) return at + length;
		return -1;
	}
}
