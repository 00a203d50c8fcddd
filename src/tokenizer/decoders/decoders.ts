import type { Component } from "../component.js";
import type { Decoder, ReadDecoder } from "./decoder.js";

/** By their names in tokenizer.json. */
const entries: Readonly<Record<string, ReadDecoder>> = {};

/** @throws DataError `not-a-tokenizer` */
export function readTokenDecoder(component: Component): Decoder {
	return component.find("decoder", entries)(component);
}
