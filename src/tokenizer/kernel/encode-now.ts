import { MODEL_UNIGRAM, MODEL_WORD_PIECE } from "../layout";
import { encodeAnyBpe } from "./any-bpe";
import { model } from "./memory";
import { encodeUnigram } from "./unigram";
import { encodeWordPiece } from "./word-piece";

/** Writes the tokens of a word, of whatever length, by a model that is not MODEL_BPE. */
export function encodeNow(start: usize, end: usize): void {
	if (model === MODEL_UNIGRAM) encodeUnigram(start, end);
	else if (model === MODEL_WORD_PIECE) encodeWordPiece(start, end);
	else encodeAnyBpe(start, end);
}
