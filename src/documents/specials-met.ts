import { DataError, optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import {
	namesOfWays,
	usualWayWithSpecials,
	type WayWithSpecials,
	type WayWithSpecialsName,
	waysWithSpecials,
} from "./specials-in-text.js";

/** Of each special token in texts: in how many documents, and how often. */
export type SpecialCounts = Record<
	string,
	{ documents: number; tokens: number }
>;

/**
 * What of a tokenizer's files follows from `specialTokensInText`.
 * @throws UsageError `bad-option` for conversations as plain text
 */
export function specialsInTextOf(
	asked: WayWithSpecialsName,
	areConversations: boolean,
): { splitsSpecialTokens: boolean } {
	const { splits } = waysWithSpecials[asked];
	if (splits && areConversations)
		throw new UsageError(
			"bad-option",
			`${optionName("specialTokensInText", asked)} is for texts: those of conversations have the special tokens of the chat template. Give ${optionName("specialTokensInText", refusing)}, or leave it out.`,
		);
	return { splitsSpecialTokens: splits };
}

const nameOf = (is: (way: WayWithSpecials) => boolean) =>
	namesOfWays.find((name) => is(waysWithSpecials[name]));
const refusing = nameOf(({ refuses }) => refuses);
const splitting = nameOf(({ splits }) => splits);

/** A document whose tokens were made. */
export interface EncodedDocument {
	text: Uint8Array;
	/** The tokens of the text alone. */
	ids: Int32Array;
	source: string;
	position: number;
	id: string | null;
}

/** Counts the special tokens that stand in texts, or refuses them. */
export class SpecialsMet {
	readonly counts: SpecialCounts = {};
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
			this.counts[token] ??= { documents: 0, tokens: 0 };
			this.counts[token].documents++;
			this.counts[token].tokens += tokens;
		}
	}
}

function refusal(
	token: string,
	{ source, position, id }: Omit<EncodedDocument, "text" | "ids">,
): DataError {
	const named = id === null ? "" : `, ${quoted(id)}`;
	return new DataError(
		"special-token",
		`${source} holds the special token ${quoted(token)} in the text of the document at ${position}${named}. Mend it, or give ${optionName("specialTokensInText", splitting)} to take it for plain text, or ${optionName("specialTokensInText", usualWayWithSpecials)} for the token.`,
	);
}

/** How often a text has another in it, as far as both are valid UTF-8. */
function occurrences(text: Uint8Array, part: string): number {
	return new TextDecoder().decode(text).split(part).length - 1;
}
