import { LOWER_BLOCK } from "../spaces.js";
import { stringOfUnits, writeUnits } from "../units.js";
import { Charsmap } from "./charsmap.js";
import type { ReadNormalizer } from "./normalizer.js";
import {
	MORE,
	REMOVED,
	SentencePieceRules,
	SPACE,
} from "./sentencepiece-rules.js";

/** Units that are looked at together. */
const CHUNK = 1 << 15;

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
	const symbols = component.texts("user_defined");
	const space = component.flag("escape_whitespaces") ? LOWER_BLOCK : " ";
	const removes = component.flag("remove_extra_whitespaces");
	const prefix = component.flag("add_dummy_prefix") ? space : "";
	let writer: Writer | null = null;
	return {
		type: component.type,
		apply(text) {
			writer ??= new Writer(
				new SentencePieceRules(charsmap, symbols),
				space,
				removes,
			);
			return writer.apply(text, prefix);
		},
		ofToken: (content) => content,
	};
};

class Writer {
	readonly #rules: SentencePieceRules;
	/** What is written for a space. */
	readonly #space: string;
	/** Whether spaces that come first, last or after another are not written. */
	readonly #removes: boolean;
	readonly #input = new Uint16Array(CHUNK + 1);
	#output = new Uint16Array(2 * CHUNK);

	constructor(rules: SentencePieceRules, space: string, removes: boolean) {
		this.#rules = rules;
		this.#space = space;
		this.#removes = removes;
	}

	apply(text: string, prefix: string): string {
		const rules = this.#rules;
		const removes = this.#removes;
		const space = this.#space.charCodeAt(0);
		const { table, seconds } = rules;
		const input = this.#input;
		let at = removes ? this.#skipSpaces(text) : 0;
		if (at === text.length) return "";
		let written = prefix;
		let isAfterSpace = removes;
		while (at < text.length) {
			const window = text.slice(at, at + CHUNK + 1);
			const length = Math.min(window.length, CHUNK);
			writeUnits(window, input);
			if (window.length === length) input[length] = 0;
			let output = this.#output;
			let count = 0;
			/** How much was written when a space came last that no other may follow. */
			let spaceEnd = isAfterSpace ? 0 : -1;
			let i = 0;
			while (i < length) {
				const unit = input[i];
				let to = table[unit];
				if (to > 0xffff) {
					const next = input[i + 1];
					to =
						seconds[next] && rules.areChanged(unit, next) ? MORE : to & 0xffff;
				}
				if (to >= 0) {
					output[count++] = to;
					i++;
				} else if (to === SPACE) {
					i++;
					if (count === spaceEnd) continue;
					output[count++] = space;
					if (removes) spaceEnd = count;
				} else if (to === REMOVED) i++;
				else if (to === MORE) {
					const { by, end } = rules.change(text, at + i);
					i = end - at;
					const kept = count === spaceEnd ? by.replace(/^ +/, "") : by;
					if (kept === "") continue;
					if (count + kept.length + CHUNK > output.length) {
						written += stringOfUnits(output, count);
						count = 0;
						if (kept.length + CHUNK > output.length)
							output = this.#output = new Uint16Array(kept.length + 2 * CHUNK);
					}
					for (let k = 0; k < kept.length; k++) {
						const other = kept.charCodeAt(k);
						output[count++] = other === 0x20 ? space : other;
					}
					spaceEnd = removes && kept.endsWith(" ") ? count : -1;
				} else rules.learn(unit);
			}
			written += stringOfUnits(output, count);
			isAfterSpace = count === spaceEnd;
			at += i;
		}
		return removes ? this.#withoutLast(written) : written;
	}

	/** Where what is not written as a space begins. */
	#skipSpaces(text: string): number {
		let at = 0;
		while (at < text.length) {
			const { by, end } = this.#rules.change(text, at);
			if (by !== " ") break;
			at = end;
		}
		return at;
	}

	#withoutLast(written: string): string {
		let { length } = written;
		while (length > 0 && written[length - 1] === this.#space) length--;
		return written.slice(0, length);
	}
}
