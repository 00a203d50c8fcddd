import { quoted } from "../core/text.js";
import type { PieceText } from "./utf8-text.js";

/** A record as recipes see it. */
export interface RecipeRecord {
	/** The id that the input gives it, or null. */
	readonly id: string | null;
	/** What the output calls the file that it is from. */
	readonly source: string;
	/** Where it is there: the byte that it begins at when uncompressed, or its row. */
	readonly position: number;
	/** Its text; null: it has none. */
	readonly text: PieceText | null;
	/** What its fields hold, by name: those that the recipe asks for, as far as it has them. */
	readonly fields: Readonly<Record<string, unknown>>;
}

/** What a record has in a field; undefined: it has none of the name. Every object inherits some, such as `constructor`. */
export function ownField({ fields }: RecipeRecord, name: string): unknown {
	return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** A run of a composed text. */
export interface Piece {
	/** Null: the record that it stands for has no text. */
	readonly text: PieceText | null;
	/** Whether it is trained on. */
	readonly trained: boolean;
	/** Who says it, in a conversation; null: it is no message of its own. */
	readonly speaker: string | null;
	/** The record that it is made of; null: the recipe alone. */
	readonly record: RecipeRecord | null;
	/** What the record is among the others, such as code or test; null: nothing says it. */
	readonly role: string | null;
}

/** A record that is being composed: pieces in their order. */
export interface Draft {
	/** What the composed record is called. */
	readonly id: string;
	/** Tells it from all others of the input, whatever their ids: its randomness comes of this. */
	readonly place: string;
	readonly pieces: readonly Piece[];
}

/** A record as the draft of itself. */
export function draftOf(record: RecipeRecord): Draft {
	const place = `${record.source}\n${record.position}`;
	return {
		id: record.id ?? `${record.source}:${record.position}`,
		place,
		pieces: [pieceOf(record)],
	};
}

export function pieceOf(
	record: RecipeRecord,
	role: string | null = null,
): Piece {
	return { text: record.text, trained: true, speaker: null, record, role };
}

/** A text that no record gives. */
export function ownPiece(text: string, trained: boolean): Piece {
	return { text, trained, speaker: null, record: null, role: null };
}

/** A record in a message: by its id where it has one. */
export function describeRecord({ id, source, position }: RecipeRecord): string {
	return id === null
		? `the record at ${position} of ${source}`
		: `the record ${quoted(id)} (${source}, at ${position})`;
}

/** A draft in a message: by its first record. */
export function describeDraft({ id, pieces }: Draft): string {
	const record = pieces.find((piece) => piece.record !== null)?.record ?? null;
	return record === null
		? `the composed record ${quoted(id)}`
		: describeRecord(record);
}
