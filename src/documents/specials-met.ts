import { Int32Buffer } from "../core/buffers.js";
import { DataError, optionName } from "../core/errors.js";
import { quoted } from "../core/text.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import {
	splittingWay,
	usualWayWithSpecials,
	type WayWithSpecialsName,
	waysWithSpecials,
} from "./specials-in-text.js";

/** Of each special token in texts: in how many documents, and how often. */
export type SpecialCounts = Record<
	string,
	{ documents: number; tokens: number }
>;

/** What of a tokenizer's files follows from `specialTokensInText`. */
export const specialsInTextOf = (asked: WayWithSpecialsName) => ({
	splitsSpecialTokens: waysWithSpecials[asked].splits,
});

/** A document whose tokens were made. */
export interface EncodedDocument {
	text: Uint8Array;
	/** The tokens of the text alone. */
	ids: Int32Array;
	source: string;
	position: number;
	id: string | null;
}

/** A side of a document among what a template writes. */
export interface EncodedSide {
	text: Uint8Array;
	ids: Int32Array;
	/** Pairs of a beginning and an end of what a record says, in bytes. */
	said: Int32Array;
}

/** Counts the special tokens that stand in texts, or refuses them. */
export class SpecialsMet {
	/** A token may be called as what every object inherits. */
	readonly counts: SpecialCounts = Object.create(null);
	readonly #tokenizer: Tokenizer;
	readonly #specials: ReadonlyMap<number, string>;
	readonly #refuses: boolean;
	/** What the tokenizer had met before. */
	#met: number | undefined;

	constructor(tokenizer: Tokenizer, refuses: boolean) {
		this.#tokenizer = tokenizer;
		this.#specials = tokenizer.specials ?? new Map();
		this.#refuses = refuses;
		this.#met = tokenizer.specialsMet;
	}

	/** Whether the text that was encoded last may hold some; to be asked after each. */
	mayHold(): boolean {
		if (this.#specials.size === 0) return false;
		const { specialsMet } = this.#tokenizer;
		if (specialsMet === this.#met && specialsMet !== undefined) return false;
		this.#met = specialsMet;
		return true;
	}

	/** @throws DataError `special-token` */
	look({ text, ids, ...place }: EncodedDocument): void {
		const found = new Map<number, number>();
		for (const id of ids)
			if (this.#specials.has(id)) found.set(id, (found.get(id) ?? 0) + 1);
		for (const [id, count] of found) {
			const token = this.#specials.get(id) as string;
			// The token of what is unknown comes from other text as well.
			const tokens = Math.min(count, occurrences(text, token));
			if (tokens === 0) continue;
			if (this.#refuses) throw refusal(token, place);
			this.#add(token, tokens, true);
		}
	}

	/**
	 * Counts those that would be none if what is said were plain text.
	 * @param sides Those of a document.
	 */
	lookInSaid(sides: Iterable<EncodedSide>): void {
		const seen = new Set<string>();
		for (const { text, ids, said } of sides) {
			if (this.#specials.size === 0) continue;
			const plain = new Int32Buffer();
			this.#tokenizer.encodeUtf8Into(text, plain, said);
			const met = new Map<number, number>();
			const count = (list: Int32Array, by: number) => {
				for (const id of list)
					if (this.#specials.has(id)) met.set(id, (met.get(id) ?? 0) + by);
			};
			count(ids, 1);
			count(plain.view(), -1);
			for (const [id, tokens] of met) {
				if (tokens <= 0) continue;
				const token = this.#specials.get(id) as string;
				this.#add(token, tokens, !seen.has(token));
				seen.add(token);
			}
		}
	}

	#add(token: string, tokens: number, isNew: boolean): void {
		this.counts[token] ??= { documents: 0, tokens: 0 };
		if (isNew) this.counts[token].documents++;
		this.counts[token].tokens += tokens;
	}
}

function refusal(
	token: string,
	{ source, position, id }: Omit<EncodedDocument, "text" | "ids">,
): DataError {
	const named = id === null ? "" : `, ${quoted(id)}`;
	return new DataError(
		"special-token",
		`${source} holds the special token ${quoted(token)} in the text of the document at ${position}${named}. Fix it, or give ${optionName("specialTokensInText", splittingWay)} to take it for plain text, or ${optionName("specialTokensInText", usualWayWithSpecials)} for the token.`,
	);
}

/** How often a text has another in it, as far as both are valid UTF-8. */
function occurrences(text: Uint8Array, part: string): number {
	return new TextDecoder().decode(text).split(part).length - 1;
}
