import type { Int32Buffer } from "../core/buffers.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import type { SuffixRule } from "./carry-suffix.js";
import type { HeadRule } from "./repeat-head.js";
import type { WayWithSpecialsName } from "./specials-in-text.js";

/** How a text becomes the tokens of a document. */
export interface Encoder {
	tokenizer: Tokenizer;
	/** Whether texts come with marks of what is to be trained on. */
	isMarked?: boolean;
	/** Whether tokens have weights: those of the marks, and else 1. */
	isWeighted?: boolean;
	/** What special tokens are that stand in what records say; left out: they are not looked for. */
	specialsInText?: WayWithSpecialsName;
	/** Of what length documents repeat their heads, and in which way; null: none does. */
	head?: HeadRule | null;
	/** What of texts each of their segments ends with; left out: nothing that it does not end with anyway. */
	suffix?: SuffixRule;
	/** Token ids put before and after the text's own; null for none. */
	bos: number | null;
	eos: number | null;
}

/** What `encodeText` adds to a text's own tokens. */
export const ADDED_BOS = 1;
export const ADDED_EOS = 2;

/**
 * Appends the tokens of a text in UTF-8, with BOS and EOS where asked and not there
 * already; a text without tokens gets neither.
 * @param said As `encodeUtf8Into` takes it.
 * @returns What was added: `ADDED_BOS` and `ADDED_EOS`, or 0.
 * @throws DataError `token-out-of-range`
 */
export function encodeText(
	text: Uint8Array,
	{ tokenizer, bos, eos }: Encoder,
	out: Int32Buffer,
	said?: Int32Array,
): number {
	const start = out.length;
	if (bos !== null) out.push(bos);
	const textStart = out.length;
	tokenizer.encodeUtf8Into(text, out, said);
	if (out.length === textStart) {
		out.length = start;
		return 0;
	}
	let added = textStart > start ? ADDED_BOS : 0;
	if (added > 0 && out.array[textStart] === bos) {
		out.array.copyWithin(start, textStart, out.length);
		out.length--;
		added = 0;
	}
	if (eos !== null && out.array[out.length - 1] !== eos) {
		out.push(eos);
		added |= ADDED_EOS;
	}
	return added;
}
