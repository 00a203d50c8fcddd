import { MODEL_UNIGRAM } from "../layout";
import { model } from "./memory";
import { encodeUnigram } from "./unigram";
import { encodeWordPiece } from "./word-piece";

/** Writes the tokens of a word, of whatever length, by a model that is not BPE. */
export function encodeNow(start: usize, end: usize): void {
	if (model === MODEL_UNIGRAM) encodeUnigram(start, end);
	else encodeWordPiece(start, end);
}
