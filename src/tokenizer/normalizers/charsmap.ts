import type { Component } from "../component.js";

const KEY = "precompiled_charsmap";
const encoder = new TextEncoder();

/** First bytes of characters: from, to, how many bytes come after, the first such character. */
const LEADS = [
	[0x00, 0x7f, 0, 0x01],
	[0xc0, 0xdf, 1, 0x80],
	[0xe0, 0xef, 2, 0x800],
	[0xf0, 0xf7, 3, 0x10000],
];

/**
 * SentencePiece's rules of normalization: a double array (darts-clone) over UTF-8, and the texts that
 * its values point into, each up to a zero byte. As the Rust library reads it: the first rule
 * that begins a text counts, where SentencePiece takes the longest.
 */
export class Charsmap {
	readonly #component: Component;
	readonly #units: Uint32Array;
	readonly #texts: Uint8Array;
	readonly #found = new Map<number, string>();

	/** @throws DataError `not-a-tokenizer` where it is none */
	constructor(component: Component) {
		this.#component = component;
		const bytes = decodeBase64(component.text(KEY));
		if (bytes === null) throw this.#refused("is no base64");
		const view = new DataView(bytes.buffer);
		if (bytes.length < 4) throw this.#refused("has no length");
		const units = view.getUint32(0, true) >>> 2;
		if (units === 0) throw this.#refused("has no rules");
		if (4 + 4 * units > bytes.length)
			throw this.#refused(
				`has ${bytes.length} bytes, and its rules alone take ${4 + 4 * units}`,
			);
		this.#units = new Uint32Array(units);
		for (let i = 0; i < units; i++)
			this.#units[i] = view.getUint32(4 + 4 * i, true);
		this.#texts = bytes.subarray(4 + 4 * units);
		try {
			new TextDecoder("utf-8", { fatal: true }).decode(this.#texts);
		} catch {
			throw this.#refused("has texts that are no UTF-8");
		}
	}

	/**
	 * Visits each character that begins a rule.
	 * @param visit Gets what the first rule writes for the character alone, null where all are longer.
	 */
	eachBeginning(visit: (point: number, text: string | null) => void): void {
		this.#eachFrom(this.#root(), visit);
	}

	/** Visits each character with which a rule goes on after its first one, and that one, as often as there are such. */
	eachSecond(visit: (second: number, first: number) => void): void {
		this.#eachFrom(this.#root(), (first, _text, node) =>
			this.#eachFrom(node, (second) => visit(second, first)),
		);
	}

	#eachFrom(
		from: number,
		visit: (point: number, text: string | null, node: number) => void,
	): void {
		for (const [first, last, more, least] of LEADS)
			for (let lead = first; lead <= last; lead++)
				this.#begin(from, lead, lead - first, more, (point, text, node) => {
					const isCharacter =
						point >= least &&
						point < 0x110000 &&
						(point < 0xd800 || point >= 0xe000);
					if (isCharacter) visit(point, text, node);
				});
	}

	/** @param more Bytes of the character after this one. @param bits What its bytes say so far. */
	#begin(
		node: number,
		byte: number,
		bits: number,
		more: number,
		visit: (point: number, text: string | null, node: number) => void,
	): void {
		const step = this.#step(node, byte);
		if (step === null) return;
		if (more === 0) visit(bits, step.text, step.node);
		else if (step.text !== null)
			throw this.#refused("has a rule for a part of a character");
		else
			for (let low = 0; low < 64; low++)
				this.#begin(step.node, 0x80 | low, (bits << 6) | low, more - 1, visit);
	}

	/** What the first rule that begins a text writes, or null. */
	find(text: string): string | null {
		let node = this.#root();
		for (const byte of encoder.encode(text)) {
			if (byte === 0) return null;
			const step = this.#step(node, byte);
			if (step === null) return null;
			if (step.text !== null) return step.text;
			node = step.node;
		}
		return null;
	}

	/** The longest rule that begins a text at a place: what it writes, and where what it replaces ends; or null. */
	longest(text: string, at: number): { by: string; end: number } | null {
		let longest: { by: string; end: number } | null = null;
		let node = this.#root();
		let end = at;
		while (end < text.length) {
			const point = text.codePointAt(end) as number;
			end += point > 0xffff ? 2 : 1;
			let by: string | null = null;
			for (const byte of encoder.encode(String.fromCodePoint(point))) {
				const step = this.#step(node, byte);
				if (step === null) return longest;
				node = step.node;
				by = step.text;
			}
			if (by !== null) longest = { by, end };
		}
		return longest;
	}

	#root(): number {
		return offsetOf(this.#units[0]);
	}

	#step(node: number, byte: number): Step | null {
		const at = node ^ byte;
		const unit = this.#unit(at);
		if ((unit & 0x800000ff) !== byte) return null;
		const next = at ^ offsetOf(unit);
		const ends = (unit & 0x100) !== 0;
		return {
			node: next,
			text: ends ? this.#text(this.#unit(next) & 0x7fffffff) : null,
		};
	}

	#unit(at: number): number {
		if (at < this.#units.length) return this.#units[at];
		throw this.#refused("leads outside of itself");
	}

	#text(begin: number): string {
		let text = this.#found.get(begin);
		if (text === undefined) {
			const isInside =
				begin <= this.#texts.length && (this.#texts[begin] & 0xc0) !== 0x80;
			if (!isInside) throw this.#refused("leads outside of its texts");
			const zero = this.#texts.indexOf(0, begin);
			const end = zero === -1 ? this.#texts.length : zero;
			text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
				this.#texts.subarray(begin, end),
			);
			this.#found.set(begin, text);
		}
		return text;
	}

	#refused(why: string) {
		return this.#component.refused(
			`its "${KEY}" ${why}; it has to be the one of a SentencePiece model, in base64`,
		);
	}
}

interface Step {
	node: number;
	/** What is written for what was read so far, null where no rule ends here. */
	text: string | null;
}

function offsetOf(unit: number): number {
	return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}

/** Strictly, with padding, as the library takes it; else null. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
	if (text.length % 4 !== 0 || /[^A-Za-z0-9+/=]/.test(text)) return null;
	try {
		const units = atob(text);
		// The last bits of the last character say nothing, and have to be zero.
		if (btoa(units.slice(-(units.length % 3 || 3))) !== text.slice(-4))
			return null;
		const bytes = new Uint8Array(units.length);
		for (let i = 0; i < bytes.length; i++) bytes[i] = units.charCodeAt(i);
		return bytes;
	} catch {
		return null;
	}
}
