import { quoted } from "../../core/text.js";
import type { Component } from "../component.js";
import { scoreInRust } from "./score.js";
import { MOST_IDS } from "./vocabulary.js";

/** The vocabulary of Unigram: an id is a place in a list. */
export interface Pieces {
	/** Of pieces that come twice the last. */
	ids: ReadonlyMap<string, number>;
	tokens: readonly string[];
	scores: Float64Array;
	leastScore: number;
	unkId: number | null;
}

/**
 * Reads the fields `vocab`, a list of pieces and their scores, and `unk_id`.
 * @throws DataError `not-a-tokenizer`
 */
export function readPieces(component: Component): Pieces {
	const vocab = component.raw("vocab");
	if (!Array.isArray(vocab))
		throw component.fault("vocab", "a list of pairs of a text and a number");
	if (vocab.length > MOST_IDS)
		throw component.refused(
			`it has ${vocab.length} pieces, and there may be ${MOST_IDS}`,
		);
	const ids = new Map<string, number>();
	const tokens: string[] = [];
	const scores = new Float64Array(vocab.length);
	let leastScore = Number.POSITIVE_INFINITY;
	for (const [id, piece] of vocab.entries()) {
		if (!isPiece(piece))
			throw component.refused(
				`its "vocab"[${id}] is ${quoted(piece)}, not a pair of a text and a finite number`,
			);
		const [text, score] = piece;
		ids.set(text, id);
		tokens.push(text);
		scores[id] = scoreInRust(score);
		leastScore = Math.min(leastScore, scores[id]);
	}
	return { ids, tokens, scores, leastScore, unkId: readUnk(component, tokens) };
}

function isPiece(piece: unknown): piece is [string, number] {
	return (
		Array.isArray(piece) &&
		piece.length === 2 &&
		typeof piece[0] === "string" &&
		Number.isFinite(piece[1])
	);
}

function readUnk(component: Component, tokens: readonly string[]) {
	const unkId = component.raw("unk_id") ?? null;
	if (unkId === null) return null;
	if (!Number.isSafeInteger(unkId) || (unkId as number) < 0)
		throw component.fault("unk_id", "null or a whole number of at least 0");
	if ((unkId as number) >= tokens.length)
		throw component.refused(
			`its "unk_id" is ${unkId}, and its "vocab" has ${tokens.length} pieces, counted from 0`,
		);
	return unkId as number;
}
