import type { Component } from "../component.js";
import type { Model } from "./model.js";
import { unigram } from "./unigram.js";
import { MOST_IDS } from "./vocabulary.js";

/** What a character without a piece costs beside the least score. */
const UNK_PENALTY = 10;
/** Scores are logarithms; of those beyond it a run of unknown characters might be a piece after all. */
const MOST_SCORE = 2 * UNK_PENALTY;

const NORMAL = 1;
const USER_DEFINED = 4;

/**
 * Unigram as SentencePiece itself does it (its unigram_model.cc, EncodeOptimized): a text is one word, sums are kept in
 * 32 bits, and only normal pieces and symbols of users are found. Stands in no tokenizer.json; see ../convert/sentencepiece.ts.
 */
export function readSentencePieceUnigram(component: Component): Model {
	const vocab = component.raw("vocab");
	if (!Array.isArray(vocab) || !vocab.every(isPiece))
		throw component.fault("vocab", "a list of texts, scores and kinds");
	if (vocab.length > MOST_IDS)
		throw component.refused(
			`it has ${vocab.length} pieces, and there may be ${MOST_IDS}`,
		);
	const unkId = component.count("unk_id");
	if (unkId >= vocab.length)
		throw component.fault("unk_id", "the place of a piece");
	const normal = vocab.filter(([, , kind]) => kind === NORMAL);
	const scored = normal.map(([, score]) => score);
	const least = scored.reduce((a, b) => Math.min(a, b), Infinity);
	const most = scored.reduce((a, b) => Math.max(a, b), -Infinity);
	if (normal.length === 0) throw component.refused("it has no normal pieces");
	if (most >= MOST_SCORE)
		throw component.refused(
			`it has a piece of the score ${most}, where scores are logarithms of what is likely`,
		);
	const encoder = new TextEncoder();
	const found = new Map<string, number>();
	const scores = Float64Array.from(vocab, ([text, score, kind], id) => {
		if (kind !== NORMAL && kind !== USER_DEFINED) return 0;
		found.set(text, id);
		if (kind === NORMAL) return score;
		return Math.fround(0.1 * (encoder.encode(text).length - 1));
	});
	const tokens = vocab.map(([text]) => text);
	return unigram(component, {
		ids: new Map(tokens.map((text, id) => [text, id])),
		tokens,
		scores,
		unkId,
		found,
		fallsBack: component.flag("byte_fallback"),
		unkScore: Math.fround(least - UNK_PENALTY),
		isSingle: true,
	});
}

const isPiece = (piece: unknown): piece is [string, number, number] =>
	Array.isArray(piece) &&
	typeof piece[0] === "string" &&
	Number.isFinite(piece[1]) &&
	Number.isInteger(piece[2]);
