import { optionName, UsageError } from "../core/errors.js";
import type { ReadingOptions } from "./options.js";

/** How records are read as conversations. */
export interface ConversationSettings {
	/** A name from `conversationFormats`. */
	format: string;
	/** What is to be trained on. */
	loss: string;
}

/** What documents are made of, and of which records. */
export interface TakeSettings {
	/** Field of a record that holds its text; null: the format's own, or what `text` makes. */
	textField: string | null;
	/** Template of its text; null for none. */
	text: string | null;
	/** Field that holds its id; null: the format's own, where a record has it. */
	idField: string | null;
	/** Condition on its fields; null for none. */
	where: string | null;
	/** How records are read as conversations; null: they are texts. */
	conversations: ConversationSettings | null;
	/** The share of documents that is taken, chosen by their hashes; null for all. */
	sample: number | null;
}

/** @throws UsageError `ignored-option` */
export function takeSettings({
	textField,
	text,
	idField,
	where,
	sample,
}: Pick<
	ReadingOptions,
	"textField" | "text" | "idField" | "where" | "sample"
>): TakeSettings {
	if (text !== undefined && textField !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName("textField")} would change nothing: ${optionName("text")} makes the text. Give one of them.`,
		);
	return {
		textField: textField ?? null,
		text: text ?? null,
		idField: idField ?? null,
		where: where ?? null,
		conversations: null,
		sample: sample ?? null,
	};
}
