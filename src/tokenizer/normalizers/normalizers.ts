import type { Component } from "../component.js";
import { bertNormalizer } from "./bert-normalizer.js";
import { byteLevel } from "./byte-level.js";
import { lowercase } from "./lowercase.js";
import { nfc } from "./nfc.js";
import { nfd } from "./nfd.js";
import { nfkc } from "./nfkc.js";
import { nfkd } from "./nfkd.js";
import { nmt } from "./nmt.js";
import type { Normalizer, ReadNormalizer } from "./normalizer.js";
import { precompiled } from "./precompiled.js";
import { prepend } from "./prepend.js";
import { replace } from "./replace.js";
import { sentencePiece } from "./sentencepiece.js";
import { sequence } from "./sequence.js";
import { strip } from "./strip.js";
import { stripAccents } from "./strip-accents.js";

/** By their names in tokenizer.json. */
const entries: Readonly<Record<string, ReadNormalizer>> = {
	Sequence: (component) =>
		sequence(
			component.type,
			component.parts("normalizers").map(readNormalizer),
		),
	NFC: nfc,
	NFD: nfd,
	NFKC: nfkc,
	NFKD: nfkd,
	Lowercase: lowercase,
	Strip: strip,
	StripAccents: stripAccents,
	BertNormalizer: bertNormalizer,
	// The library takes this name too.
	Bert: bertNormalizer,
	Replace: replace,
	Prepend: prepend,
	Nmt: nmt,
	Precompiled: precompiled,
	ByteLevel: byteLevel,
};

/** Those that files of other kinds are converted to. */
const ofConverted: Readonly<Record<string, ReadNormalizer>> = {
	SentencePiece: sentencePiece,
};

/** @throws DataError `not-a-tokenizer` */
export function readNormalizer(component: Component): Normalizer {
	return component.find("normalizer", entries, ofConverted)(component);
}
