import { optionName, UsageError } from "../core/errors.js";
import { nearestName, quoted } from "../core/text.js";
import { AUTO } from "../sources/formats.js";
import { type CarriedField, carriedFields } from "./carried/carried-fields.js";
import { lossChoices } from "./conversations/loss.js";
import type {
	CarriedOptions,
	ConversationsOptions,
	ReadingOptions,
	TokenListsOptions,
	UnitsOptions,
} from "./options.js";
import { type UnitSettings, unitSettings } from "./units/unit-settings.js";

/** How records are read as conversations. */
export interface ConversationSettings {
	/** A name from `conversationFormats`, or auto: what the fields tell. */
	format: string;
	/** What is to be trained on: a name from `lossChoices`, or of a field of messages; null: the usual of what the record is. */
	loss: string | null;
}

/** How records are read as lists of token ids. */
export interface TokenListSettings {
	/** The field that holds the ids. */
	field: string;
	/** The field that says of each whether it is to be trained on; null: all are. */
	mask: string | null;
	/** The field with the borders of several documents; null: a record is one. */
	borders: string | null;
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
	/** How records are read as lists of token ids; null: they are texts. */
	tokens: TokenListSettings | null;
	/** The share of documents that is taken, chosen by their hashes; null for all. */
	sample: number | null;
	/** The field that says token by token of a text what is to be trained on; left out: none does. */
	lossFrom?: string;
	/** Fields whose values go with every sequence; left out: none do. */
	carry?: CarriedField[];
	/** Field that holds what a record is composed of, to be kept; left out: none is. */
	parts?: string;
	/** What units of text they have; left out: none that is looked for. */
	segment?: UnitSettings;
}

/** @throws UsageError `ignored-option` */
export function takeSettings({
	textField,
	text,
	idField,
	where,
	sample,
	conversations,
	loss,
	tokensField,
	maskField,
	bordersField,
	lossFrom,
	carry = [],
	partsField,
	...units
}: Pick<ReadingOptions, "textField" | "text" | "idField" | "where" | "sample"> &
	ConversationsOptions &
	TokenListsOptions &
	UnitsOptions &
	CarriedOptions & {
		partsField?: string | undefined;
	}): TakeSettings {
	for (const [name, value] of Object.entries({
		maskField,
		conversations,
		loss,
	}))
		if (lossFrom !== undefined && value !== undefined)
			throw new UsageError(
				"ignored-option",
				`${optionName("lossFrom")} and ${optionName(name)} both say what is to be trained on: give one of them.`,
			);
	if (tokensField === undefined)
		for (const [name, value] of Object.entries({ maskField, bordersField }))
			if (value !== undefined)
				throw new UsageError(
					"ignored-option",
					`${optionName(name)} would change nothing without ${optionName("tokensField")}: name the field of the ids, or leave it out.`,
				);
	for (const [name, value] of Object.entries({
		...{ textField, text, conversations, loss },
	}))
		if (tokensField !== undefined && value !== undefined)
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} would change nothing: the records hold token ids, because of ${optionName("tokensField")}. Give one of them.`,
			);
	const areConversations = conversations !== undefined || loss !== undefined;
	if (loss !== undefined && !lossChoices.has(loss)) {
		// Any other name is that of a field, which a slip of the pen would be, too.
		const meant = nearestName(loss, lossChoices.names);
		if (meant !== null)
			throw new UsageError(
				"unknown-name",
				`${optionName("loss")} is ${quoted(loss)}: did you mean ${meant}? A field of messages must have a name that is less like it.`,
			);
	}
	for (const [name, value] of Object.entries({ textField, text }))
		if (areConversations && value !== undefined)
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} would change nothing: the text is made of conversations, because of ${optionName(loss === undefined ? "conversations" : "loss")}. Give one of them.`,
			);
	if (text !== undefined && textField !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName("textField")} would change nothing: ${optionName("text")} makes the text. Give one of them.`,
		);
	const segment = unitSettings(units, {
		conversations: areConversations,
		tokens: tokensField !== undefined,
	});
	return {
		textField: textField ?? null,
		text: text ?? null,
		idField: idField ?? null,
		where: where ?? null,
		conversations: areConversations
			? { format: conversations ?? AUTO, loss: loss ?? null }
			: null,
		tokens:
			tokensField === undefined
				? null
				: {
						field: tokensField,
						mask: maskField ?? lossFrom ?? null,
						borders: bordersField ?? null,
					},
		sample: sample ?? null,
		...(partsField !== undefined && { parts: partsField }),
		...(segment !== null && { segment }),
		...(lossFrom !== undefined && tokensField === undefined && { lossFrom }),
		...(carry.length > 0 && { carry: carriedFields(carry) }),
	};
}
