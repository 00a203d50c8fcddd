import { byId, h } from "./dom.js";
import { entryIn, type Options, optionFields } from "./options.js";
import type { State } from "./state.js";

interface Entries {
	readonly names: readonly string[];
	readonly meanings: Readonly<Record<string, string>>;
	find(name: string): { options: Options };
}

let registries: Readonly<Record<string, Entries>> = {};

const form = () => byId<HTMLFormElement>("controls");

/** Fills the selects of registries, each named as its select. */
export function bind(entries: Readonly<Record<string, Entries>>): void {
	registries = entries;
	for (const [name, { names }] of Object.entries(entries))
		select(name).replaceChildren(
			...names.map((entry) => h("option", { value: entry }, entry)),
		);
}

function select(name: string): HTMLSelectElement {
	return form().elements.namedItem(name) as HTMLSelectElement;
}

/** Sets every control to what the state says. */
export function writeControls(state: State): void {
	writeOptions(state);
	for (const [name, value] of Object.entries(state)) {
		const field = form().elements.namedItem(name);
		if (field instanceof RadioNodeList) field.value = value;
		else if (isField(field) && field.value !== value) field.value = value;
	}
	writePower(state);
}

/** Shows the options of the entries that are chosen, and what these mean. */
export function writeOptions(state: State): void {
	for (const place of document.querySelectorAll<HTMLElement>(".options")) {
		const of = place.dataset.of ?? "";
		const entries = registries[of];
		const name = state[of];
		if (!entries.names.includes(name) || place.dataset.entry === name) continue;
		place.dataset.entry = name;
		place.replaceChildren(
			...optionFields(of, entryIn(entries, name).options, state),
		);
		byId(`${of}-meaning`).textContent = sentence(entries.meanings[name]);
	}
	const { packer, longDocuments, source, tokenizer } = state;
	const cutsItself =
		registries.packer.names.includes(packer) &&
		"cuts" in entryIn(registries.packer, packer);
	byId("long-documents").hidden = cutsItself;
	byId("long-documents").title =
		registries.longDocuments.meanings[longDocuments] ?? "";
	for (const kind of ["text", "lengths", "drawn"])
		for (const element of document.querySelectorAll<HTMLElement>(`.of-${kind}`))
			element.hidden = !element.classList.contains(`of-${source}`);
	for (const element of document.querySelectorAll<HTMLElement>(".of-file"))
		element.hidden = source !== "text" || tokenizer !== "file";
}

/** The slider of powers of two stands where the length is. */
export function writePower(state: State): void {
	const power = byId<HTMLInputElement>("row-power");
	power.value = String(Math.round(Math.log2(Number(state.rowLength) || 1)));
	power.setAttribute("aria-valuetext", `${2 ** Number(power.value)} tokens`);
}

/** The name and value of the control that an event is of. */
export function changeOf(event: Event): [name: string, value: string] | null {
	const { target } = event;
	if (!isField(target as Element | null)) return null;
	const field = target as HTMLInputElement;
	if (field.id === "row-power")
		return ["rowLength", String(2 ** Number(field.value))];
	return field.name === "" ? null : [field.name, field.value];
}

/** Puts what a required option may be into its field, where nothing is. */
export function writeExamples(
	of: string,
	examples: Readonly<Record<string, string>>,
	state: State,
): State {
	const name = state[of];
	const entries = registries[of];
	if (!entries.names.includes(name)) return state;
	let next = state;
	for (const [option, { required }] of Object.entries(
		entryIn(entries, name).options,
	)) {
		const key = `${of}.${option}`;
		if (!required || next[key] || examples[option] === undefined) continue;
		next = { ...next, [key]: examples[option] };
		const field = form().elements.namedItem(key);
		if (isField(field)) field.value = examples[option];
	}
	return next;
}

function isField(
	element: Element | RadioNodeList | null,
): element is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
	return (
		element instanceof HTMLInputElement ||
		element instanceof HTMLSelectElement ||
		element instanceof HTMLTextAreaElement
	);
}

function sentence(meaning: string): string {
	return `${meaning[0].toUpperCase()}${meaning.slice(1)}.`;
}
