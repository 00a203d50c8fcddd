import { parseJson } from "../core/json.js";
import { quoted } from "../core/text.js";
import {
	type Draft,
	describeRecord,
	ownField,
	type Piece,
	type RecipeRecord,
} from "./draft.js";
import { composeFault, requireText } from "./faults.js";
import { forms } from "./forms.js";
import { JsonWriter } from "./json-lines.js";
import type { Recipe } from "./recipe.js";
import { isEmpty } from "./utf8-text.js";

/** A record that a composed one is made of. */
export interface ComposedPart {
	/** The file that it is from, and where it is there. */
	source: string;
	position: number;
	/** Its id, where it has one. */
	id?: string;
	/** Where what it gave begins in the text, and how long that is, in characters (code points). */
	offset: number;
	length: number;
	/** What it is among the others, where the recipe says so. */
	role?: string;
}

/** A composed record: one of `text`, `segments` and `messages`, by the recipe. */
export interface ComposedRecord {
	id: string;
	text?: string;
	/** Parts of a text: those with `label` are trained on. */
	segments?: { label: boolean; text: string }[];
	messages?: { role: string; content: string; train?: boolean }[];
	/** Places are those in the contents of all messages, one after the other, where there are messages. */
	parts: ComposedPart[];
	/** What it keeps of the first record. */
	[kept: string]: unknown;
}

/** The fields that composed records have of their own. */
const OWN: readonly string[] = ["id", "text", "segments", "messages", "parts"];

type Writing = Pick<Recipe, "form" | "keep" | "marksMessages">;

/**
 * Writes a draft as JSON; false: there is nothing in it, and nothing was written.
 * @throws DataError `no-text`, `bad-value`; nothing was written then
 */
export function writeComposed(
	{ id, pieces: all }: Draft,
	{ form, keep, marksMessages }: Writing,
	out: JsonWriter,
): boolean {
	const pieces = all.filter((piece) => !isEmpty(requireText(piece)));
	if (pieces.length === 0) return false;
	const kept = keptOf(pieces, keep);
	const { before, end } = forms[form].layOut(pieces, marksMessages);
	out.json(`{"id":${JSON.stringify(id)},`);
	const parts = new PartsWriter();
	for (let i = 0; i < pieces.length; i++) {
		if (before[i] !== "") out.json(before[i]);
		parts.add(pieces[i], out.text(requireText(pieces[i])));
	}
	out.json(`${end},"parts":[${parts.end()}]${kept}}`);
	return true;
}

/** A draft as a composed record; null: there is nothing in it. @throws as `writeComposed` */
export function composedOf(
	draft: Draft,
	writing: Writing,
): ComposedRecord | null {
	const out = new JsonWriter();
	return writeComposed(draft, writing, out)
		? parseJson(out.take().toString())
		: null;
}

/** Members of the JSON that are kept of the first record. */
function keptOf(pieces: readonly Piece[], keep: readonly string[]): string {
	const first = pieces.find((piece) => piece.record !== null)?.record;
	if (first == null) return "";
	let json = "";
	for (const name of keep) {
		const value = ownField(first, name);
		if (value === undefined || OWN.includes(name)) continue;
		requireNumbers(value, name, first);
		json += `,${JSON.stringify(name)}:${JSON.stringify(value)}`;
	}
	return json;
}

/** Counts what a draft that was written lacks: fields that are to be kept, and parts that have no text. */
export function countLacks(
	{ pieces }: Draft,
	{ keep }: Pick<Recipe, "keep">,
	count: (name: string, times?: number) => void,
): void {
	const first = pieces.find((piece) => piece.record !== null)?.record;
	const lacks = (name: string) =>
		first == null || ownField(first, name) === undefined;
	if (keep.some(lacks)) count("kept-fields-missing");
	const empty = new Set<RecipeRecord>();
	for (const { record, text } of pieces)
		if (record !== null && text !== null && isEmpty(text)) empty.add(record);
	if (empty.size === 0) return;
	for (const { record, text } of pieces)
		if (record !== null && text !== null && !isEmpty(text))
			empty.delete(record);
	if (empty.size > 0) count("parts-empty", empty.size);
}

function requireNumbers(
	value: unknown,
	name: string,
	record: RecipeRecord,
): void {
	if (typeof value === "bigint")
		throw composeFault(
			"bad-value",
			describeRecord(record),
			`has in its field ${quoted(name)} a whole number of more than 53 bits, which is kept as a text only: write it as one`,
		);
	if (typeof value === "object" && value !== null)
		for (const part of Object.values(value)) requireNumbers(part, name, record);
}

/** Writes the list of parts, piece by piece. */
class PartsWriter {
	#json = "";
	/** The last piece of the part that is open, and where that begins. */
	#last: Piece | null = null;
	#start = 0;
	#offset = 0;

	/** @param length Of the piece, in characters. */
	add(piece: Piece, length: number): void {
		const last = this.#last;
		if (
			last === null ||
			last.record !== piece.record ||
			last.role !== piece.role
		) {
			this.#close();
			this.#start = this.#offset;
		}
		this.#last = piece;
		this.#offset += length;
	}

	/** The parts, with commas between them. */
	end(): string {
		this.#close();
		return this.#json;
	}

	/** Writes the part that is open: what comes of a record is one. */
	#close(): void {
		if (this.#last === null || this.#last.record === null) return;
		const { record, role } = this.#last;
		const { source, position, id } = record;
		const comma = this.#json === "" ? "" : ",";
		const own = id == null ? "" : `"id":${JSON.stringify(id)},`;
		const length = this.#offset - this.#start;
		const of = role == null ? "" : `,"role":${JSON.stringify(role)}`;
		this.#json += `${comma}{"source":${jsonOfSource(source)},"position":${position},${own}"offset":${this.#start},"length":${length}${of}}`;
	}
}

/** The last source that was written, and its JSON: most records are of that of the one before. */
let lastSource = "";
let lastJson = '""';

function jsonOfSource(source: string): string {
	if (source !== lastSource) {
		lastSource = source;
		lastJson = JSON.stringify(source);
	}
	return lastJson;
}
