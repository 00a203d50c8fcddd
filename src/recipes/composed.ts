import { quoted } from "../core/text.js";
import {
	type Draft,
	describeRecord,
	type Piece,
	type RecipeRecord,
} from "./draft.js";
import { composeFault, textOf } from "./faults.js";
import { forms } from "./forms.js";
import { characters } from "./lengths.js";
import type { Recipe } from "./recipe.js";

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

/** A draft as it is written; null: it is empty. @throws DataError `no-text` */
export function composedOf(
	{ id, pieces: all }: Draft,
	{
		form,
		keep,
		marksMessages,
	}: Pick<Recipe, "form" | "keep" | "marksMessages">,
): ComposedRecord | null {
	const pieces = all.filter((piece) => textOf(piece) !== "");
	if (pieces.length === 0) return null;
	const record: ComposedRecord = { id, parts: partsOf(pieces) };
	Object.assign(record, forms[form].write(pieces, marksMessages));
	const first = pieces.find((piece) => piece.record !== null)?.record;
	for (const name of keep) {
		const value = first?.fields[name];
		if (value === undefined || name in record) continue;
		if (holdsBigint(value))
			throw composeFault(
				"bad-value",
				describeRecord(first as RecipeRecord),
				`has in its field ${quoted(name)} a whole number of more than 53 bits, which is kept as a text only: write it as one`,
			);
		record[name] = value;
	}
	return record;
}

function holdsBigint(value: unknown): boolean {
	if (typeof value !== "object" || value === null)
		return typeof value === "bigint";
	return Object.values(value).some(holdsBigint);
}

function partsOf(pieces: readonly Piece[]): ComposedPart[] {
	const parts: ComposedPart[] = [];
	let offset = 0;
	let before: Piece | null = null;
	for (const piece of pieces) {
		const length = characters(textOf(piece));
		const { record, role } = piece;
		const last = parts.at(-1);
		if (
			last !== undefined &&
			before !== null &&
			before.record === record &&
			before.role === role &&
			record !== null
		)
			last.length += length;
		else if (record !== null)
			parts.push({
				source: record.source,
				position: record.position,
				...(record.id !== null && { id: record.id }),
				...{ offset, length },
				...(role !== null && { role }),
			});
		offset += length;
		before = piece;
	}
	return parts;
}
