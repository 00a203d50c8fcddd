import type { Component } from "../component.js";
import { readBert } from "./bert.js";
import { readByteLevel } from "./byte-level.js";
import { readCharacterDelimiter } from "./character-delimiter.js";
import { readDigits } from "./digits.js";
import { readFixedLength } from "./fixed-length.js";
import { readMetaspace } from "./metaspace.js";
import type { PreTokenizer, ReadPreTokenizer } from "./pre-tokenizer.js";
import { readPunctuation } from "./punctuation.js";
import { readSequence } from "./sequence.js";
import { readSplit } from "./split.js";
import { readUnicodeScripts } from "./unicode-scripts.js";
import { readWhitespace } from "./whitespace.js";
import { readWhitespaceSplit } from "./whitespace-split.js";

/** By their names in tokenizer.json. */
const entries: Readonly<Record<string, ReadPreTokenizer>> = {
	Sequence: (component) => readSequence(component, readPreTokenizer),
	ByteLevel: readByteLevel,
	Whitespace: readWhitespace,
	WhitespaceSplit: readWhitespaceSplit,
	BertPreTokenizer: readBert,
	Metaspace: readMetaspace,
	Punctuation: readPunctuation,
	Digits: readDigits,
	Split: readSplit,
	CharDelimiterSplit: readCharacterDelimiter,
	UnicodeScripts: readUnicodeScripts,
	FixedLength: readFixedLength,
};

/** @throws DataError `not-a-tokenizer` */
export function readPreTokenizer(component: Component): PreTokenizer {
	return component.find("pre-tokenizer", entries)(component);
}
