import { overlaps } from "../core/int-lists.js";
import { anyOf } from "../core/text.js";
import { EDGE_HASH_SHIFT, HASH_FACTOR } from "./layout.js";
import type { AddedTokenJson } from "./tokenizer-json.js";

/**
 * Gives the added tokens the ids that the Rust library does: that of the
 * vocabulary for a token that is in it, else the next after the others.
 * @param size Tokens of the vocabulary.
 */
export function assignIds(
	tokens: readonly AddedTokenJson[],
	tokenToId: (token: string) => number | undefined,
	size: number,
): AddedTokenJson[] {
	const known = new Map<string, AddedTokenJson>();
	let largest = -1;
	for (const token of tokens) {
		if (token.content === "") continue;
		const own = tokenToId(token.content) ?? known.get(token.content)?.id;
		const id = own ?? (largest >= size || size === 0 ? largest + 1 : size);
		largest = Math.max(largest, id);
		known.set(token.content, { ...token, id });
	}
	return [...known.values()];
}

/** Whether no string of one list can overlap one of the other, or lie in it. */
export function haveNoOverlap(
	some: readonly string[],
	others: readonly string[],
): boolean {
	const overlaps = (a: string, b: string) => {
		if (a.includes(b) || b.includes(a)) return true;
		for (let n = 1; n < Math.min(a.length, b.length); n++)
			if (a.endsWith(b.slice(0, n)) || b.endsWith(a.slice(0, n))) return true;
		return false;
	};
	return !some.some((a) => others.some((b) => overlaps(a, b)));
}

/** The tables by which the kernel finds added tokens; see kernel/added.ts. */
export class AddedTokenTrie {
	/** For each byte, whether a token begins with it. */
	readonly first = new Uint8Array(256);
	/** Open addressing: (node * 256 + byte, node) from which and to which. */
	readonly edges: Int32Array;
	readonly mask: number;
	/** For each node: the id of the token that ends there or -1, and bits: whether any goes on, whether that one is special. */
	readonly nodes: Int32Array;

	constructor(tokens: readonly AddedTokenJson[]) {
		const encoder = new TextEncoder();
		const children: Map<number, number>[] = [new Map()];
		const ids = [-1];
		const specials = new Set<number>();
		for (const { content, id, special } of tokens) {
			let node = 0;
			const bytes = encoder.encode(content);
			this.first[bytes[0]] = 1;
			for (const byte of bytes) {
				let next = children[node].get(byte);
				if (next === undefined) {
					next = children.push(new Map()) - 1;
					ids.push(-1);
					children[node].set(byte, next);
				}
				node = next;
			}
			ids[node] = id;
			if (special) specials.add(node);
		}
		let size = 16;
		while (size < children.length * 2) size *= 2;
		this.mask = size - 1;
		this.edges = new Int32Array(size * 2);
		this.nodes = new Int32Array(children.length * 2);
		children.forEach((edges, node) => {
			this.nodes[node * 2] = ids[node];
			this.nodes[node * 2 + 1] =
				Number(edges.size > 0) | (Number(specials.has(node)) << 1);
			for (const [byte, to] of edges) {
				const key = node * 256 + byte;
				let slot =
					(Math.imul(key, HASH_FACTOR) >>> EDGE_HASH_SHIFT) & this.mask;
				while (this.edges[slot * 2 + 1] !== 0) slot = (slot + 1) & this.mask;
				this.edges[slot * 2] = key;
				this.edges[slot * 2 + 1] = to;
			}
		});
	}
}

/** `\w` and `\s` as the Rust library has them. */
const WORD_CHARACTER = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]";
const SPACE =
	"[\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const startsWithWord = new RegExp(`^${WORD_CHARACTER}`, "u");
const endsWithWord = new RegExp(`${WORD_CHARACTER}$`, "u");
const isSpace = new RegExp(SPACE);

/**
 * Finds added tokens in a text with all their flags: the leftmost, and of those
 * that begin at one place the longest, as the Rust library does.
 */
export class AddedTokenFinder {
	readonly #tokens = new Map<string, AddedTokenJson>();
	readonly #pattern: RegExp | null;

	/** @param contents What each token looks like in the text: its content by default. */
	constructor(
		tokens: readonly AddedTokenJson[],
		contents: readonly string[] = tokens.map((token) => token.content),
	) {
		contents.forEach((content, i) => {
			if (content !== "" && !this.#tokens.has(content))
				this.#tokens.set(content, tokens[i]);
		});
		this.#pattern =
			this.#tokens.size === 0
				? null
				: new RegExp(anyOf(this.#tokens.keys()), "gu");
	}

	/** Whether there are any. */
	get isEmpty(): boolean {
		return this.#pattern === null;
	}

	/**
	 * Calls back for each stretch of plain text, with its place, and each token.
	 * @param said Where special tokens are plain text: in these pairs of a beginning and an end, and
	 * nowhere else; null: where they are `asText`.
	 */
	split(
		text: string,
		onText: (text: string, at: number) => void,
		onToken: (id: number) => void,
		said: Int32Array | null = null,
	): void {
		let done = 0;
		const pattern = this.#pattern;
		if (pattern !== null) {
			pattern.lastIndex = 0;
			for (;;) {
				const match = pattern.exec(text);
				if (match === null) break;
				const token = this.#tokens.get(match[0]) as AddedTokenJson;
				let start = match.index;
				let stop = start + match[0].length;
				if (said === null) {
					if (token.asText) continue;
				} else if (token.special && overlaps(said, start, stop)) {
					// What is said in part may hide one that is not.
					if (!isWithin(said, start, stop))
						pattern.lastIndex = start + lengthAt(text, start);
					continue;
				}
				if (
					token.single_word &&
					(endsWithWord.test(text.slice(Math.max(0, start - 2), start)) ||
						startsWithWord.test(text.slice(stop, stop + 2)))
				)
					continue;
				if (token.lstrip)
					while (start > done && isSpace.test(text[start - 1])) start--;
				if (token.rstrip)
					while (stop < text.length && isSpace.test(text[stop])) stop++;
				if (done < start) onText(text.slice(done, start), done);
				onToken(token.id);
				done = stop;
			}
		}
		if (done < text.length) onText(text.slice(done), done);
	}
}

const lengthAt = (text: string, at: number) =>
	(text.codePointAt(at) as number) > 0xffff ? 2 : 1;

/** Whether one of the spans holds all of a stretch. */
const isWithin = (spans: Int32Array, start: number, end: number) =>
	spans.some(
		(place, i) => i % 2 === 0 && place <= start && spans[i + 1] >= end,
	);

/** The special ones among added tokens, by id. */
export const specialsOf = (
	tokens: readonly AddedTokenJson[],
): ReadonlyMap<number, string> =>
	new Map(
		tokens
			.filter((token) => token.special)
			.map(({ id, content }) => [id, content]),
	);

/** Finds the added tokens of a text: some before it is normalized, the others after that. */
export class AddedTokens {
	readonly #before: AddedTokenFinder;
	readonly #after: AddedTokenFinder;
	readonly #normalize: (text: string) => string;
	readonly #firstAfter: (text: string) => number;
	readonly #specials: ReadonlySet<number>;
	/** How many special tokens were found so far. */
	specialsMet = 0;

	/**
	 * @param firstAfter Where in what normalizing makes of the beginning of a text a piece begins the text: the last offset, or -1.
	 * @param ofToken What a token that is found after normalizing is found as.
	 */
	constructor(
		tokens: readonly AddedTokenJson[],
		normalize: (text: string) => string,
		firstAfter: (text: string) => number = () => 0,
		ofToken: (content: string) => string = normalize,
	) {
		this.#firstAfter = firstAfter;
		// Of tokens that normalizing makes equal the first counts; in the Rust library chance decides.
		this.#specials = new Set(
			tokens.filter((token) => token.special).map(({ id }) => id),
		);
		const normalized = tokens.filter((token) => token.normalized);
		this.#normalize = normalize;
		this.#before = new AddedTokenFinder(
			tokens.filter((token) => !token.normalized),
		);
		this.#after = new AddedTokenFinder(
			normalized,
			normalized.map(({ content }) => ofToken(content)),
		);
	}

	/**
	 * Calls back for each stretch between two tokens, normalized, and each token.
	 * @param onText Is told where a piece of the stretch begins the text: the last offset, or -1.
	 * @param said Where special tokens are plain text, in UTF-16 units: see `AddedTokenFinder`.
	 */
	split(
		text: string,
		onText: (text: string, first: number) => void,
		onToken: (id: number) => void,
		said: Int32Array | null = null,
	): void {
		const onFound = (id: number) => {
			if (this.#specials.has(id)) this.specialsMet++;
			onToken(id);
		};
		this.#before.split(
			text,
			(plain, at) => {
				const first = at === 0 ? this.#firstAfter(plain) : -1;
				this.#after.split(
					this.#normalize(plain),
					(stretch, inside) => onText(stretch, Math.max(-1, first - inside)),
					onFound,
					said && this.#saidAfter(said, plain, at),
				);
			},
			onFound,
			said,
		);
	}

	/** What of a stretch is said, in what normalizing makes of it. */
	#saidAfter(said: Int32Array, plain: string, at: number): Int32Array {
		if (this.#after.isEmpty) return said.subarray(0, 0);
		const own: number[] = [];
		for (let i = 0; i < said.length; i += 2) {
			const start = Math.max(0, said[i] - at);
			const end = Math.min(plain.length, said[i + 1] - at);
			if (start < end) own.push(start, end);
		}
		const whole = own.length === 0 ? plain : this.#normalize(plain);
		return whole === plain
			? Int32Array.from(own)
			: normalizedPlaces(own, plain, whole, this.#normalize);
	}
}

/**
 * Spans of a text in what normalizing makes of it, with all that may come of them. A place is that to
 * which normalizing what is before it leads, as far as that is what the whole begins with.
 */
function normalizedPlaces(
	spans: readonly number[],
	text: string,
	normalized: string,
	normalize: (text: string) => string,
): Int32Array {
	const after = (place: number) => {
		const before = normalize(text.slice(0, place));
		return normalized.startsWith(before) ? before.length : -1;
	};
	const out: number[] = [];
	for (let i = 0; i < spans.length; i += 2) {
		let start = spans[i];
		let from = after(start);
		while (from === -1) from = after(--start);
		let end = spans[i + 1];
		let to = after(end);
		while (to === -1) to = after(++end);
		const last = out.length - 1;
		if (last > 0 && from <= out[last]) out[last] = Math.max(to, out[last]);
		else out.push(from, to);
	}
	return Int32Array.from(out);
}
