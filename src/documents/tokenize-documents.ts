import type { Uint8Buffer } from "../core/buffers.js";
import { addCounts } from "../core/counts.js";
import { DataError } from "../core/errors.js";
import { floatsAt } from "../core/float-lists.js";
import { mapGenerator } from "../core/generators.js";
import { type IntLists, IntListsBuilder, listAt } from "../core/int-lists.js";
import { quoted } from "../core/text.js";
import type { TextMarks } from "../core/text-batch.js";
import { type TokenBatch, TokenBatchBuilder } from "../core/token-batch.js";
import type { Documents } from "../sources/read-records.js";
import { carrySuffix } from "./carry-suffix.js";
import {
	ADDED_BOS,
	ADDED_EOS,
	type Encoder,
	encodeText,
} from "./encode-text.js";
import { markTokens, type Side, sayTrained, sidesOf } from "./mark-tokens.js";
import { repeatHeadOf } from "./repeat-head.js";
import { waysWithSpecials } from "./specials-in-text.js";
import {
	type EncodedSide,
	type SpecialCounts,
	SpecialsMet,
} from "./specials-met.js";
import { unitCuts } from "./units/unit-cuts.js";

/**
 * Texts of more bytes are given memory for their tokens at once: growing to it, buffers of the sizes
 * before would be there as well. What is too much of it is never written to, and takes none.
 */
const GIANT = 1 << 24;
const BYTES_PER_TOKEN = 3;

/** Documents as tokens, in the order of the input. */
export interface TokenizedBatch extends Omit<Documents, "texts" | "marks"> {
	/** The tokens of each document: views, valid until the next batch is asked for. */
	tokens: TokenBatch;
	/** The tokens that each document may be cut before; null: any. */
	cuts: IntLists | null;
	/** The first tokens of the sides of each but for its first: see `TextMarks`; null: each is one. */
	sides: IntLists | null;
}

/** What was tokenized. */
export interface TokenCounts {
	documents: number;
	/** UTF-8 bytes of the documents' texts. */
	textBytes: number;
	/** Tokens of the texts, and of BOS and EOS added to them. */
	textTokens: number;
	specialTokens: number;
	/** Tokens that are there once more, where segments carry what documents end with. */
	repeatedTokens: number;
	/** Units that were cut for them. */
	longUnits: number;
	/** Special tokens that stand in the texts; left out where there are none, or they are not counted. */
	specialsInText?: SpecialCounts;
}

/** What was tokenized, and what the generator of the texts returned. */
export interface Tokenized<R> extends TokenCounts {
	input: R;
}

/**
 * Documents to tokens, batch by batch. Closes its input.
 * @throws DataError `token-out-of-range`, `special-token`
 */
export async function* tokenizeDocuments<R>(
	batches: AsyncGenerator<Documents, R>,
	encoder: Encoder,
): AsyncGenerator<TokenizedBatch, Tokenized<R>> {
	const builder = new TokenBatchBuilder(
		1 << 16,
		encoder.isMarked,
		encoder.isWeighted,
	);
	const cuts = new IntListsBuilder();
	const sides = new IntListsBuilder();
	const counts: TokenCounts = {
		documents: 0,
		textBytes: 0,
		textTokens: 0,
		specialTokens: 0,
		repeatedTokens: 0,
		longUnits: 0,
	};
	const way = wayOf(encoder);
	const met = way && new SpecialsMet(encoder.tokenizer, way.refuses);
	const input = yield* mapGenerator(batches, ({ texts, marks, ...rest }) => {
		builder.clear();
		cuts.clear();
		sides.clear();
		let special = 0;
		const carried = { repeatedTokens: 0, longUnits: 0 };
		const { bytes, offsets } = texts;
		const count = offsets.length - 1;
		for (let text = 0; text < count; text++) {
			const start = builder.ids.length;
			if (
				sayTrained(marks) &&
				!marks.trainedAreTokens &&
				builder.lossMask !== null
			) {
				const of = sidesOf(marks, offsets, text);
				special += addSides(bytes, of, encoder, {
					builder,
					cuts,
					sides,
					met,
				});
			} else {
				const own = bytes.subarray(offsets[text], offsets[text + 1]);
				if (own.length > GIANT)
					builder.ids.reserve(Math.ceil(own.length / BYTES_PER_TOKEN));
				const added = encodeText(own, encoder, builder.ids);
				special += specialIn(added);
				if (met?.mayHold())
					met.look({
						text: own,
						ids: builder.ids
							.view()
							.subarray(
								start + Number((added & ADDED_BOS) > 0),
								builder.ids.length - Number((added & ADDED_EOS) > 0),
							),
						source: rest.source,
						position: rest.positions[text],
						id: rest.ids[text],
					});
				addMask(builder, start, added, marks, text);
				addWeights(builder, start, added, marks, text);
				if (marks !== null)
					addUnitCuts(own, added, marks, text, encoder, {
						builder,
						cuts,
						start,
					});
				cuts.endList();
			}
			builder.lossWeights
				?.extend(builder.ids.length - builder.lossWeights.length)
				.fill(1);
			if (encoder.suffix !== undefined)
				addCounts(carried, carrySuffix(builder, cuts, start, encoder.suffix));
			builder.endList();
		}
		counts.documents += count;
		counts.textBytes += offsets[count] - offsets[0];
		counts.textTokens += builder.ids.length - special - carried.repeatedTokens;
		addCounts(counts, carried);
		counts.specialTokens += special;
		return {
			tokens: builder.view(),
			cuts:
				(marks?.turns ?? null) === null && encoder.suffix === undefined
					? null
					: cuts.view(),
			sides: (marks?.sides ?? null) === null ? null : sides.view(),
			...rest,
		};
	});
	builder.free();
	const hasMet = met !== null && Object.keys(met.counts).length > 0;
	return { ...counts, ...(hasMet && { specialsInText: met.counts }), input };
}

/**
 * Adds the tokens of a text with marks, side by side, and what the marks say of them.
 * @returns How many of them are BOS and EOS that were added.
 * @throws DataError `no-tokens`
 */
function addSides(
	bytes: Uint8Array,
	ofText: readonly Side[],
	encoder: Encoder,
	{
		builder,
		cuts,
		sides,
		met,
	}: {
		builder: TokenBatchBuilder;
		cuts: IntListsBuilder;
		sides: IntListsBuilder;
		met: SpecialsMet | null;
	},
): number {
	const splits = wayOf(encoder)?.splits;
	const lossMask = builder.lossMask as Uint8Buffer;
	const first = builder.ids.length;
	let special = 0;
	let head = 0;
	const encoded: EncodedSide[] = [];
	for (const side of ofText) {
		const start = builder.ids.length;
		if (side !== ofText[0]) sides.values.push(start - first);
		const text = bytes.subarray(side.start, side.end);
		const said = (splits && side.said) || undefined;
		const added = encodeText(text, encoder, builder.ids, said);
		const ids = builder.ids.view().subarray(start);
		if (!splits && side.said?.length)
			encoded.push({ text, ids: ids.slice(), said: side.said });
		if (ofText.length > 1 && ids.length === 0)
			throw new DataError(
				"no-tokens",
				`a side of a pair has no tokens: ${quoted(new TextDecoder().decode(text))}.`,
			);
		special += specialIn(added);
		const out = { lossMask, cuts };
		head = markTokens(encoder.tokenizer, text, ids, added, side, out, said);
	}
	met?.lookInSaid(encoded);
	cuts.endList();
	sides.endList();
	if (encoder.head) repeatHeadOf(builder, cuts, first, head, encoder.head);
	return special;
}

const wayOf = ({ specialsInText }: Encoder) =>
	specialsInText === undefined ? null : waysWithSpecials[specialsInText];
/** Adds what of a text is to be trained on: what its marks say of its tokens, or all. */
function addMask(
	{ ids, lossMask }: TokenBatchBuilder,
	start: number,
	added: number,
	marks: TextMarks | null,
	text: number,
): void {
	if (lossMask === null) return;
	const count = ids.length - start;
	if (!sayTrained(marks)) {
		lossMask.extend(count, 1);
		return;
	}
	const mask = lossMask.extend(count);
	const first = added & ADDED_BOS ? 1 : 0;
	const spans = listAt(marks.trained, text);
	for (let i = 0; i < spans.length; i += 2)
		mask.fill(1, first + spans[i], first + spans[i + 1]);
	if (added & ADDED_EOS) mask[count - 1] = mask[count - 2];
}

/** Adds the weights of a text's tokens, where its marks give them. */
function addWeights(
	{ ids, lossWeights }: TokenBatchBuilder,
	start: number,
	added: number,
	marks: TextMarks | null,
	text: number,
): void {
	if (lossWeights === null || marks?.weights === undefined) return;
	const out = lossWeights.extend(ids.length - start);
	out.set(floatsAt(marks.weights, text), added & ADDED_BOS ? 1 : 0);
	if (added & ADDED_EOS) out[out.length - 1] = out[out.length - 2];
}

/** Adds where the units of a text begin, as tokens that it may be cut before. */
function addUnitCuts(
	text: Uint8Array,
	added: number,
	{ turns, turnsAreTokens }: TextMarks,
	number: number,
	{ tokenizer }: Encoder,
	{
		builder,
		cuts,
		start,
	}: { builder: TokenBatchBuilder; cuts: IntListsBuilder; start: number },
): void {
	if (turns === null) return;
	const starts = listAt(turns, number);
	const first = added & ADDED_BOS ? 1 : 0;
	if (turnsAreTokens) {
		for (const token of starts.subarray(1)) cuts.values.push(first + token);
	} else {
		const last = builder.ids.length - (added & ADDED_EOS ? 1 : 0);
		const own = builder.ids.view().subarray(start + first, last);
		unitCuts(tokenizer, text, own, starts, first, cuts.values);
	}
}

/** How many tokens were added, as `encodeText` says. */
const specialIn = (added: number) =>
	Number((added & ADDED_BOS) > 0) + Number((added & ADDED_EOS) > 0);
