import { ProtobufError, protobufFields } from "./protobuf.js";
import { unusable } from "./unusable.js";

/** What a piece is for, as the file numbers it. */
export const KIND = {
	normal: 1,
	unknown: 2,
	control: 3,
	userDefined: 4,
	unused: 5,
	byte: 6,
} as const;

export interface Piece {
	text: string;
	/** Of 32 bits. */
	score: number;
	kind: number;
}

/** What a SentencePiece model says; an id is a place among the pieces. */
export interface SentencePieceModel {
	pieces: Piece[];
	/** 1 Unigram, 2 BPE, 3 WORD, 4 CHAR. */
	modelType: number;
	fallsBackToBytes: boolean;
	spaceIsSuffix: boolean;
	/** -1: there is none. */
	bosId: number;
	eosId: number;
	/** Empty: there is none. */
	charsmap: Uint8Array;
	addsPrefix: boolean;
	removesSpaces: boolean;
	escapesSpaces: boolean;
}

/**
 * Reads a file of SentencePiece (sentencepiece_model.proto).
 * @throws DataError `not-a-tokenizer`
 */
export function readSentencePieceModel(
	file: Uint8Array,
	name: string,
): SentencePieceModel {
	const model: SentencePieceModel = {
		pieces: [],
		modelType: 1,
		fallsBackToBytes: false,
		spaceIsSuffix: false,
		bosId: 1,
		eosId: 2,
		charsmap: new Uint8Array(),
		addsPrefix: true,
		removesSpaces: true,
		escapesSpaces: true,
	};
	const wrong = (why: string) =>
		unusable(name, `it is no model of SentencePiece: ${why}`);
	try {
		for (const { number, value } of protobufFields(file)) {
			if (number > 5 || typeof value === "number") continue;
			if (number === 1)
				model.pieces.push(readPiece(value, model.pieces.length));
			else if (number === 2) readTrainer(value, model);
			else if (number === 3) readNormalizer(value, model);
		}
	} catch (error) {
		if (error instanceof ProtobufError) throw wrong(error.message);
		throw error;
	}
	if (model.pieces.length === 0) throw wrong("it has no pieces");
	return model;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readPiece(message: Uint8Array, id: number): Piece {
	const piece: Piece = { text: "", score: 0, kind: KIND.normal };
	for (const { number, value } of protobufFields(message)) {
		if (number === 1) piece.text = textOf(value, id);
		else if (number === 2) piece.score = floatOf(value, id);
		else if (number === 3) piece.kind = numberOf(value);
	}
	if (piece.text === "") throw new ProtobufError(`its piece ${id} is empty`);
	return piece;
}

function textOf(value: Uint8Array | number, id: number): string {
	try {
		if (typeof value !== "number") return decoder.decode(value);
	} catch {}
	throw new ProtobufError(`its piece ${id} is no UTF-8`);
}

function floatOf(value: Uint8Array | number, id: number): number {
	const score =
		typeof value === "number" || value.length !== 4
			? Number.NaN
			: new DataView(value.buffer, value.byteOffset, 4).getFloat32(0, true);
	if (!Number.isFinite(score))
		throw new ProtobufError(`the score of its piece ${id} is no number`);
	return score;
}

/** A number of 32 bits with its sign. */
function numberOf(value: Uint8Array | number): number {
	if (typeof value === "number") return (value % 2 ** 32) | 0;
	throw new ProtobufError("it has bytes where there should be a number");
}

function readTrainer(message: Uint8Array, model: SentencePieceModel): void {
	for (const { number, value } of protobufFields(message)) {
		if (number === 3) model.modelType = numberOf(value);
		else if (number === 24) model.spaceIsSuffix = numberOf(value) !== 0;
		else if (number === 35) model.fallsBackToBytes = numberOf(value) !== 0;
		else if (number === 41) model.bosId = numberOf(value);
		else if (number === 42) model.eosId = numberOf(value);
	}
}

function readNormalizer(message: Uint8Array, model: SentencePieceModel): void {
	for (const { number, value } of protobufFields(message)) {
		if (number === 2) {
			if (typeof value === "number")
				throw new ProtobufError("its charsmap is a number");
			model.charsmap = value;
		} else if (number === 3) model.addsPrefix = numberOf(value) !== 0;
		else if (number === 4) model.removesSpaces = numberOf(value) !== 0;
		else if (number === 5) model.escapesSpaces = numberOf(value) !== 0;
	}
}
