import type { Given } from "../core/option.js";
import { registry } from "../core/registry.js";
import { concatenate } from "./concatenate.js";
import type { Decomposer } from "./decomposer.js";
import { decomposerEntries } from "./decomposers.js";
import { entire } from "./entire.js";
import { turnsEntries } from "./long-conversations.js";
import { longDocumentsEntries } from "./long-documents.js";

const cutEntries = {
	...decomposerEntries,
	...longDocumentsEntries,
	...turnsEntries,
	concatenate,
	entire,
};

export type CutName = keyof typeof cutEntries;

/** Every way to cut documents, by name: decomposers, rules for long documents, and those that packers have. */
export const cuts = registry<CutName, Decomposer>("cut", cutEntries);

/** The name of a cut, and its options. */
export type CutOptions = {
	[Name in CutName]: { readonly name: Name } & Given<
		(typeof cutEntries)[Name]["options"]
	>;
}[CutName];
