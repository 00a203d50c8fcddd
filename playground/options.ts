import { type Packer, UsageError } from "seqpack/pack";
import { h } from "./dom.js";
import type { State } from "./state.js";

/** Options as the entries of registries have them. */
export type Options = Packer["options"];
type Option = Options[string];

interface Entries<Entry> {
	readonly names: readonly string[];
	readonly meanings: Readonly<Record<string, string>>;
	find(name: string): Entry;
}

/** @throws UsageError which lists the names there are */
export function entryIn<Entry>(entries: Entries<Entry>, name: string): Entry {
	return entries.find(name);
}

/**
 * The values of an entry's options that are given.
 * @param texts JSON of names and texts; those of other entries are passed over.
 * @throws UsageError
 */
export function valuesOf(options: Options, texts: string): object {
	const given = JSON.parse(texts) as Record<string, string>;
	const values: Record<string, unknown> = {};
	for (const [name, { type }] of Object.entries(options)) {
		if (given[name] === undefined) continue;
		const value = type.parse(given[name]);
		if (value === undefined || type.fault(value) !== null)
			throw new UsageError(
				"bad-option",
				`${labelOf(name)} is "${given[name].slice(0, 40)}": give ${type.expected}.`,
			);
		values[name] = value;
	}
	return values;
}

/** Makes a control for each option of an entry, named `packer.maxSequences`. */
export function optionFields(
	of: string,
	options: Options,
	state: State,
): HTMLElement[] {
	return Object.entries(options).map(([name, option]) => {
		const key = `${of}.${name}`;
		const field = fieldOf(key, option);
		field.value = state[key] ?? "";
		return h(
			"label",
			{ class: "field", title: option.help },
			labelOf(name),
			field,
		);
	});
}

function fieldOf(
	key: string,
	{ type, default: usual, defaultText }: Option,
): HTMLInputElement | HTMLSelectElement {
	const choices =
		type.choices ??
		(type.expected === "true or false" ? ["true", "false"] : null);
	const without = defaultText ?? (usual === undefined ? "" : String(usual));
	if (choices !== null && type.written === "one")
		return h(
			"select",
			{ name: key },
			h("option", { value: "" }, without),
			...choices
				.filter((choice) => choice !== without)
				.map((choice) => h("option", { value: choice }, choice)),
		);
	return h("input", { name: key, type: "text", placeholder: without });
}

/** `maxSequences` as "Max sequences". */
export function labelOf(name: string): string {
	const words = name.replaceAll(
		/[A-Z]/g,
		(letter) => ` ${letter.toLowerCase()}`,
	);
	return words[0].toUpperCase() + words.slice(1);
}
