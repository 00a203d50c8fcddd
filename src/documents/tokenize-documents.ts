import { mapGenerator } from "../core/generators.js";
import { type IntLists, IntListsBuilder } from "../core/int-lists.js";
import { type TokenBatch, TokenBatchBuilder } from "../core/token-batch.js";
import type { Documents } from "../sources/read-records.js";
import {
	ADDED_BOS,
	ADDED_EOS,
	type Encoder,
	encodeText,
} from "./encode-text.js";
import { marksOf, markTokens } from "./mark-tokens.js";
import { repeatHeadOf } from "./repeat-head.js";

/** Documents as tokens, in the order of the input. */
export interface TokenizedBatch extends Omit<Documents, "texts" | "marks"> {
	/** The tokens of each document: views, valid until the next batch is asked for. */
	tokens: TokenBatch;
	/** The tokens that each document may be cut before; null: any. */
	cuts: IntLists | null;
}

/** What was tokenized. */
export interface TokenCounts {
	documents: number;
	/** UTF-8 bytes of the documents' texts. */
	textBytes: number;
	/** Tokens of the texts, and of BOS and EOS added to them. */
	textTokens: number;
	specialTokens: number;
}

/** What was tokenized, and what the generator of the texts returned. */
export interface Tokenized<R> extends TokenCounts {
	input: R;
}

/**
 * Documents to tokens, batch by batch. Closes its input.
 * @throws DataError `token-out-of-range`
 */
export async function* tokenizeDocuments<R>(
	batches: AsyncGenerator<Documents, R>,
	encoder: Encoder,
): AsyncGenerator<TokenizedBatch, Tokenized<R>> {
	const builder = new TokenBatchBuilder(1 << 16, encoder.isMarked);
	const cuts = new IntListsBuilder();
	const counts: TokenCounts = {
		documents: 0,
		textBytes: 0,
		textTokens: 0,
		specialTokens: 0,
	};
	const input = yield* mapGenerator(batches, ({ texts, marks, ...rest }) => {
		builder.clear();
		cuts.clear();
		let special = 0;
		const count = texts.offsets.length - 1;
		for (let text = 0; text < count; text++) {
			const start = builder.ids.length;
			const added = encodeText(texts, text, encoder, builder.ids);
			special +=
				Number((added & ADDED_BOS) > 0) + Number((added & ADDED_EOS) > 0);
			if (marks === null)
				builder.lossMask?.extend(builder.ids.length - start, 1);
			else if (builder.lossMask !== null) {
				const head = markTokens(
					encoder.tokenizer,
					texts.bytes.subarray(texts.offsets[text], texts.offsets[text + 1]),
					builder.ids.view().subarray(start),
					added,
					marksOf(marks, text),
					{ lossMask: builder.lossMask, cuts },
				);
				if (encoder.head)
					repeatHeadOf(builder, cuts, start, head, encoder.head);
			}
			builder.endList();
		}
		counts.documents += count;
		counts.textBytes += texts.offsets[count] - texts.offsets[0];
		counts.textTokens += builder.ids.length - special;
		counts.specialTokens += special;
		return {
			tokens: builder.view(),
			cuts: (marks?.turns ?? null) === null ? null : cuts.view(),
			...rest,
		};
	});
	builder.free();
	return { ...counts, input };
}
