import type { Component } from "../component.js";
import type { Normalizer, ReadNormalizer } from "./normalizer.js";

/** By their names in tokenizer.json. */
const entries: Readonly<Record<string, ReadNormalizer>> = {};

/** @throws DataError `not-a-tokenizer` */
export function readNormalizer(component: Component): Normalizer {
	return component.find("normalizer", entries)(component);
}
