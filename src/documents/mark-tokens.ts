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
	/** Is given, for each document, the tokens that it may be cut before. */
	cuts: IntListsBuilder;
}

/**
 * Turns the marks of a text into those of its tokens. A token is to be trained on where a
 * part of what it stands for is, as transformers has it; an EOS that was added, where the
 * text's last token is.
 * @param ids The document's tokens, with what was added.
 * @param added As `encodeText` says.
 * @returns Tokens of its head, before its first turn.
 */
export function markTokens(
	tokenizer: Tokenizer,
	text: Uint8Array,
	ids: Int32Array,
	added: number,
	marks: { trained: Int32Array; turns: Int32Array | null },
	out: TokenMarks,
): number {
	const first = added & ADDED_BOS ? 1 : 0;
	const last = ids.length - (added & ADDED_EOS ? 1 : 0);
	const own = ids.subarray(first, last);
	const mask = out.lossMask.extend(ids.length);
	const isEnd = (place: number) => place % 2 === 1;
	const trained = tokensBefore(tokenizer, text, own, marks.trained, isEnd);
	for (let i = 0; i < trained.length; i += 2)
		mask.fill(1, first + trained[i], first + trained[i + 1]);
	if (last < ids.length && last > 0) mask[last] = mask[last - 1];
	if (marks.turns === null) return 0;
	const turns = tokensBefore(tokenizer, text, own, marks.turns);
	for (let i = 1; i < turns.length; i++)
		if (turns[i] > turns[i - 1] && turns[i] < own.length)
			out.cuts.values.push(first + turns[i]);
	out.cuts.endList();
	return turns.length > 0 ? first + turns[0] : 0;
}

/** The marks of one text of a batch. */
export function marksOf(
	{ trained, turns }: TextMarks,
	text: number,
): { trained: Int32Array; turns: Int32Array | null } {
	return {
		trained: listAt(trained, text),
		turns: turns && listAt(turns, text),
	};
}
