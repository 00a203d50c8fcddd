import { quoted } from "../../core/text.js";
import { KIND, type Piece } from "./sentencepiece-model.js";

/** Longer ones no model has; it keeps the time for a damaged file short. */
const LONGEST = 512;

/**
 * The merges of a BPE model of SentencePiece, which has pieces with scores: two neighbours that are a piece
 * together merge, the highest score first, of equals the leftmost. Merges of equal scores have equal ranks.
 */
export function scoredMerges(
	pieces: readonly Piece[],
	wrong: (why: string) => Error,
): { merges: [string, string][]; ranks: number[] } {
	const kinds = new Map(pieces.map(({ text, kind }) => [text, kind]));
	const isOne = (text: string) =>
		text.length === 1 ||
		(text.length === 2 && (text.codePointAt(0) as number) > 0xffff);
	/** Whether a part may come to be: a character stands in a text as it is, all else is merged. */
	const isPart = (text: string) => kinds.get(text) === KIND.normal;
	const made: { score: number; pair: [string, string] }[] = [];
	for (const { text, score, kind } of pieces) {
		if (kind === KIND.unused)
			throw wrong(
				`its piece ${quoted(text)} is of type UNUSED, which is not known here in a BPE model`,
			);
		if (kind !== KIND.normal || isOne(text)) continue;
		if (text.length > LONGEST)
			throw wrong(
				`its piece ${quoted(text.slice(0, 50))}... is longer than ${LONGEST} characters`,
			);
		for (let at = 1; at < text.length; at++) {
			if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) continue;
			const pair: [string, string] = [text.slice(0, at), text.slice(at)];
			if (!pair.every((part) => isOne(part) || isPart(part))) continue;
			const missing = pair.find((part) => !kinds.has(part));
			if (missing !== undefined)
				throw wrong(
					`its piece ${quoted(text)} has the character ${quoted(missing)}, which is no piece`,
				);
			made.push({ score, pair });
		}
	}
	made.sort((a, b) => b.score - a.score);
	const ranks: number[] = [];
	for (const [i, { score }] of made.entries())
		ranks.push(
			i === 0 ? 0 : ranks[i - 1] + Number(made[i - 1].score !== score),
		);
	return { merges: made.map(({ pair }) => pair), ranks };
}
