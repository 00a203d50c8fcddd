import type { Component } from "../component.js";
import type { Model, ReadModel } from "./model.js";

/** By their names in tokenizer.json. */
const entries: Readonly<Record<string, ReadModel>> = {};

/** @throws DataError `not-a-tokenizer` */
export function readModel(component: Component): Model {
	return component.find("model", entries)(component);
}
