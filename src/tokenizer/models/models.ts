import type { Component } from "../component.js";
import { readBpe } from "./bpe.js";
import type { Model, ReadModel } from "./model.js";
import { modelType } from "./model-type.js";
import { readSentencePieceUnigram } from "./sentencepiece-unigram.js";
import { readUnigram } from "./unigram.js";
import { readWordLevel } from "./word-level.js";
import { readWordPiece } from "./word-piece.js";

/** By their names in tokenizer.json. */
const entries: Readonly<Record<string, ReadModel>> = {
	BPE: readBpe,
	WordPiece: readWordPiece,
	WordLevel: readWordLevel,
	Unigram: readUnigram,
};

/** Those that files of other kinds are converted to. */
const ofConverted: Readonly<Record<string, ReadModel>> = {
	"SentencePiece-Unigram": readSentencePieceUnigram,
};

/** @throws DataError `not-a-tokenizer` */
export function readModel(component: Component): Model {
	const type = modelType(component);
	return component.find("model", entries, ofConverted, type)(component);
}
