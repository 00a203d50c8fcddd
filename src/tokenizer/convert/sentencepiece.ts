// A model of SentencePiece to an object like a tokenizer.json.

import { quoted } from "../../core/text.js";
import { byteToken } from "../models/byte-tokens.js";
import { LOWER_BLOCK } from "../spaces.js";
import type { AddedTokenJson } from "../tokenizer-json.js";
import { scoredMerges } from "./scored-merges.js";
import {
	KIND,
	type Piece,
	readSentencePieceModel,
	type SentencePieceModel,
} from "./sentencepiece-model.js";
import { unusable } from "./unusable.js";

const UNIGRAM = 1;
const BPE = 2;
const OTHER_TYPES = new Map([
	[3, "WORD"],
	[4, "CHAR"],
]);

/** What a model becomes. */
export interface ConvertedModel {
	tokenizerJson: string;
	/** The tokens that begin and end a document; null: the model has none. */
	bos: string | null;
	eos: string | null;
}

/**
 * A tokenizer.json that gives the ids of the package sentencepiece. Where the components of the Rust library
 * do not do what that does, it has some of our own: the normalizer `SentencePiece`, the model
 * `SentencePiece-Unigram`, and `merge_ranks` beside `merges`.
 * @throws DataError `not-a-tokenizer`
 */
export function jsonOfSentencePiece(
	file: Uint8Array,
	name: string,
): ConvertedModel {
	const model = readSentencePieceModel(file, name);
	const wrong = (why: string) => unusable(name, why);
	const { pieces, modelType } = model;
	if (modelType !== UNIGRAM && modelType !== BPE)
		throw wrong(
			`its model is of type ${OTHER_TYPES.get(modelType) ?? modelType}, and only UNIGRAM and BPE are known here`,
		);
	if (model.spaceIsSuffix)
		throw wrong('it has "treat_whitespace_as_suffix", which is not known here');
	checkPieces(model, wrong);
	checkCharsmap(model, wrong);
	const unkId = pieces.findIndex(({ kind }) => kind === KIND.unknown);
	const nameOf = (id: number) =>
		pieces[id]?.kind === KIND.control ? pieces[id].text : null;
	const isBpe = modelType === BPE;
	const json = {
		version: "1.0",
		truncation: null,
		padding: null,
		added_tokens: addedTokens(pieces, isBpe),
		normalizer:
			isBpe && isPlain(model) ? plainNormalizer(model) : normalizer(model),
		pre_tokenizer: null,
		post_processor: null,
		decoder: decoder(model),
		model: isBpe
			? bpe(model, unkId, wrong)
			: {
					type: "SentencePiece-Unigram",
					unk_id: unkId,
					byte_fallback: model.fallsBackToBytes,
					vocab: pieces.map(({ text, score, kind }) => [text, score, kind]),
				},
	};
	return {
		tokenizerJson: JSON.stringify(json),
		bos: nameOf(model.bosId),
		eos: nameOf(model.eosId),
	};
}

type Wrong = (why: string) => Error;

/** What the package itself refuses, and names that two pieces share. */
function checkPieces(
	{ pieces, fallsBackToBytes }: SentencePieceModel,
	wrong: Wrong,
): void {
	const ids = new Map<string, number>();
	let unknown = 0;
	const bytes = new Set<string>();
	for (const [id, { text, kind }] of pieces.entries()) {
		const other = ids.get(text);
		if (other !== undefined)
			throw wrong(`its pieces ${other} and ${id} are both ${quoted(text)}`);
		ids.set(text, id);
		if (kind < KIND.normal || kind > KIND.byte)
			throw wrong(`its piece ${id} is of the unknown type ${kind}`);
		if (kind === KIND.unknown) unknown++;
		if (kind === KIND.byte) bytes.add(text);
	}
	if (unknown !== 1)
		throw wrong(`${unknown} of its pieces are for what is unknown, not one`);
	let found = 0;
	for (let byte = 0; byte < 256; byte++)
		if (bytes.has(byteToken(byte))) found++;
	if (bytes.size !== found || found !== (fallsBackToBytes ? 256 : 0))
		throw wrong(
			`it says that it ${fallsBackToBytes ? "falls" : "does not fall"} back to bytes, and ${found} of its ${bytes.size} pieces for bytes are for one`,
		);
}

function checkCharsmap({ charsmap }: SentencePieceModel, wrong: Wrong): void {
	if (charsmap.length === 0) return;
	const rules =
		charsmap.length <= 4
			? 0
			: new DataView(charsmap.buffer, charsmap.byteOffset).getUint32(0, true);
	if (rules === 0 || rules % 4 !== 0 || rules + 4 > charsmap.length)
		throw wrong(
			`its "precompiled_charsmap" of ${charsmap.length} bytes is none`,
		);
}

/** Whether the components of the Rust library say all that a BPE model does to a text. */
function isPlain(model: SentencePieceModel): boolean {
	return (
		model.fallsBackToBytes &&
		model.charsmap.length === 0 &&
		!model.removesSpaces &&
		model.escapesSpaces &&
		!model.pieces.some(({ kind }) => kind === KIND.userDefined)
	);
}

function plainNormalizer({ addsPrefix }: SentencePieceModel) {
	const replace = {
		type: "Replace",
		pattern: { String: " " },
		content: LOWER_BLOCK,
	};
	const prepend = { type: "Prepend", prepend: LOWER_BLOCK };
	return {
		type: "Sequence",
		normalizers: addsPrefix ? [prepend, replace] : [replace],
	};
}

function normalizer(model: SentencePieceModel) {
	return {
		type: "SentencePiece",
		precompiled_charsmap:
			model.charsmap.length === 0 ? null : base64Of(model.charsmap),
		add_dummy_prefix: model.addsPrefix,
		remove_extra_whitespaces: model.removesSpaces,
		escape_whitespaces: model.escapesSpaces,
		user_defined: model.pieces
			.filter(({ kind }) => kind === KIND.userDefined)
			.map(({ text }) => text),
	};
}

function decoder({ addsPrefix, removesSpaces }: SentencePieceModel) {
	const strip = { type: "Strip", content: " ", start: 1, stop: 0 };
	return {
		type: "Sequence",
		decoders: [
			{ type: "Replace", pattern: { String: LOWER_BLOCK }, content: " " },
			{ type: "ByteFallback" },
			{ type: "Fuse" },
			...(addsPrefix || removesSpaces ? [strip] : []),
		],
	};
}

/**
 * Control symbols, as special tokens; and of BPE those of users, which are found in what is normalized
 * and never merged. Unigram has these among its pieces.
 */
function addedTokens(
	pieces: readonly Piece[],
	isBpe: boolean,
): AddedTokenJson[] {
	const tokens: AddedTokenJson[] = [];
	for (const [id, { text, kind }] of pieces.entries()) {
		const isSpecial = kind === KIND.control || kind === KIND.unknown;
		if (!isSpecial && !(isBpe && kind === KIND.userDefined)) continue;
		tokens.push({
			id,
			content: text,
			single_word: false,
			lstrip: false,
			rstrip: false,
			normalized: !isSpecial,
			special: isSpecial,
		});
	}
	return tokens;
}

function bpe(model: SentencePieceModel, unkId: number, wrong: Wrong) {
	const { pieces, fallsBackToBytes } = model;
	const short = pieces.find(
		({ text, kind }) =>
			(kind === KIND.unknown || kind === KIND.control) &&
			[...text].length === 1,
	);
	if (short !== undefined)
		throw wrong(
			`its control symbol ${quoted(short.text)} is one character, which versions of SentencePiece read in different ways in a BPE model`,
		);
	const { merges, ranks } = scoredMerges(pieces, wrong);
	return {
		type: "BPE",
		dropout: null,
		unk_token: pieces[unkId].text,
		continuing_subword_prefix: null,
		end_of_word_suffix: null,
		fuse_unk: true,
		byte_fallback: fallsBackToBytes,
		ignore_merges: false,
		vocab: Object.fromEntries(pieces.map(({ text }, id) => [text, id])),
		merges,
		merge_ranks: ranks,
	};
}

function base64Of(bytes: Uint8Array): string {
	let units = "";
	for (let at = 0; at < bytes.length; at += 0x2000)
		units += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
	return btoa(units);
}
