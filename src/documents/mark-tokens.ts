import type { Uint8Buffer } from "../core/buffers.js";
import { type IntListsBuilder, listAt } from "../core/int-lists.js";
import type { TextMarks } from "../core/text-batch.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { ADDED_BOS, ADDED_EOS } from "./encode-text.js";
import { tokensBefore } from "./token-places.js";

/** The marks of texts as marks of their tokens. */
export interface TokenMarks {
	/** Is given a byte for each token: 1 where it is to be trained on. */
	lossMask: Uint8Buffer;
	/** Is given the tokens that the document may be cut before; its list is not ended. */
	cuts: IntListsBuilder;
}

/**
 * Turns the marks of a text into those of its tokens. A token is to be trained on where a
 * part of what it stands for is, as transformers has it; an EOS that was added, where the
 * text's last token is.
 * @param ids The document's tokens, with what was added.
 * @param added As `encodeText` says.
 * @param said Where the tokens were made with special tokens as plain text.
 * @returns Tokens of its head, before its first turn.
 */
export function markTokens(
	tokenizer: Tokenizer,
	text: Uint8Array,
	ids: Int32Array,
	added: number,
	marks: Pick<Side, "trained" | "turns">,
	out: TokenMarks,
	said?: Int32Array,
): number {
	const first = added & ADDED_BOS ? 1 : 0;
	const last = ids.length - (added & ADDED_EOS ? 1 : 0);
	const own = ids.subarray(first, last);
	const mask = out.lossMask.extend(ids.length);
	const isEnd = (place: number) => place % 2 === 1;
	const before = { tokenizer, text, ids: own, said };
	const trained = tokensBefore(before, marks.trained, isEnd);
	for (let i = 0; i < trained.length; i += 2)
		mask.fill(1, first + trained[i], first + trained[i + 1]);
	if (last < ids.length && last > 0) mask[last] = mask[last - 1];
	if (marks.turns === null) return 0;
	const turns = tokensBefore(before, marks.turns);
	for (let i = 1; i < turns.length; i++)
		if (turns[i] > turns[i - 1] && turns[i] < own.length)
			out.cuts.values.push(first + turns[i]);
	return turns.length > 0 ? first + turns[0] : 0;
}

/** A side of a text, or all of it: its bytes in the batch, and its marks from its own first byte. */
export interface Side {
	start: number;
	end: number;
	trained: Int32Array;
	turns: Int32Array | null;
	said: Int32Array | null;
}

/** Marks of texts that say what is to be trained on. */
export type MarkedTexts = TextMarks & {
	trained: NonNullable<TextMarks["trained"]>;
};

/** Whether marks say what is to be trained on. */
export function sayTrained(marks: TextMarks | null): marks is MarkedTexts {
	return marks !== null && marks.trained !== null;
}

/** The sides of one text of a batch: one where it has no others. */
export function sidesOf(
	{ trained, turns, sides, said }: MarkedTexts,
	offsets: Int32Array,
	text: number,
): Side[] {
	const [start, end] = offsets.subarray(text, text + 2);
	const spans = listAt(trained, text);
	const saidSpans = said && listAt(said, text);
	const others = sides === null ? [] : listAt(sides, text);
	if (others.length === 0)
		return [
			{
				start,
				end,
				trained: spans,
				turns: turns && listAt(turns, text),
				said: saidSpans,
			},
		];
	const borders = [0, ...others, end - start];
	return borders.slice(1).map((until, i) => {
		const from = borders[i];
		const within = (pairs: Int32Array) =>
			pairs
				.filter((_, i) => pairs[i & ~1] >= from && pairs[i | 1] <= until)
				.map((place) => place - from);
		return {
			start: start + from,
			end: start + until,
			trained: within(spans),
			turns: null,
			said: saidSpans && within(saidSpans),
		};
	});
}
