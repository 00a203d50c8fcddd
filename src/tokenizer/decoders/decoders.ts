import type { Component } from "../component.js";
import { bpeDecoder } from "./bpe-decoder.js";
import { byteFallback } from "./byte-fallback.js";
import { byteLevel } from "./byte-level.js";
import { ctc } from "./ctc.js";
import type { Decoder, ReadDecoder } from "./decoder.js";
import { fuse } from "./fuse.js";
import { metaspace } from "./metaspace.js";
import { replace } from "./replace.js";
import { sequence } from "./sequence.js";
import { strip } from "./strip.js";
import { wordPiece } from "./word-piece.js";

/** By their names in tokenizer.json. */
const entries: Readonly<Record<string, ReadDecoder>> = {
	Sequence: (component) =>
		sequence(component.type, component.parts("decoders").map(readTokenDecoder)),
	ByteLevel: byteLevel,
	ByteFallback: byteFallback,
	Fuse: fuse,
	Replace: replace,
	Strip: strip,
	Metaspace: metaspace,
	WordPiece: wordPiece,
	BPEDecoder: bpeDecoder,
	CTC: ctc,
};

/** @throws DataError `not-a-tokenizer` */
export function readTokenDecoder(component: Component): Decoder {
	return component.find("decoder", entries)(component);
}
