import type { Component } from "../component.js";
import type { PreTokenizer, ReadPreTokenizer } from "./pre-tokenizer.js";

/** By their names in tokenizer.json. */
const entries: Readonly<Record<string, ReadPreTokenizer>> = {};

/** @throws DataError `not-a-tokenizer` */
export function readPreTokenizer(component: Component): PreTokenizer {
	return component.find("pre-tokenizer", entries)(component);
}
