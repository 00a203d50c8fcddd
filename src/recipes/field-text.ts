import type { RecipeRecord } from "./draft.js";
import { badRecipe, textOfField } from "./faults.js";

/** Stands in a template for the text of the record as it is by then. */
const TEXT = "text";
/** Begins the name of a field of the record before in its group. */
const BEFORE = "previous.";

/** What a template is filled with. */
export interface TextContext {
	record: RecipeRecord | null;
	/** The record's text by now; throws where it has none. */
	text: () => string;
	/** The record before in the group, where there is one. */
	before: { record: RecipeRecord | null; text: () => string } | null;
}

/** A text with fields of a record in it. */
export interface FieldText {
	/** The fields that it names. */
	readonly fields: readonly string[];
	/** @throws DataError `no-field`, `bad-value`, `no-text` */
	fill(context: TextContext): string;
	/** The same in pieces, of which the record's text is one: null stands for it. @throws the same */
	runs(context: Omit<TextContext, "text">): (string | null)[];
}

const neverText = (): string => {
	throw new Error("the text of a record is a run of its own");
};

/**
 * Reads a text such as `{title}: {text}`: names in braces are fields, `{text}` the record's text,
 * `{previous.summary}` the field `summary` of the record before. A brace itself is written twice.
 * @param where What the recipe's part is called in messages.
 * @throws UsageError `bad-recipe`
 */
export function parseFieldText(template: string, where: string): FieldText {
	const literals = [""];
	const names: string[] = [];
	for (const [part, name] of template.matchAll(
		/\{\{|\}\}|\{([^{}]+)\}|[{}]|[^{}]+/g,
	)) {
		if (part === "{" || part === "}")
			throw badRecipe(
				where,
				`a brace ${part} has no partner: names of fields stand in braces, as in {title}, and a brace itself is written twice`,
			);
		if (name !== undefined) {
			names.push(name);
			literals.push("");
		} else
			literals[literals.length - 1] +=
				part === "{{" || part === "}}" ? part[0] : part;
	}
	const own = (name: string) =>
		name.startsWith(BEFORE) ? name.slice(BEFORE.length) : name;
	return {
		fields: names.map(own).filter((name) => name !== TEXT),
		runs(context) {
			const runs: (string | null)[] = [];
			let text = literals[0];
			for (const [i, name] of names.entries()) {
				if (name === TEXT) {
					runs.push(text, null);
					text = literals[i + 1];
				} else text += valueFor(name, context, neverText) + literals[i + 1];
			}
			return [...runs, text].filter((run) => run !== "");
		},
		fill(context) {
			let text = literals[0];
			for (const [i, name] of names.entries())
				text += valueFor(name, context, context.text) + literals[i + 1];
			return text;
		},
	};

	function valueFor(
		name: string,
		{ record, before }: Omit<TextContext, "text">,
		text: () => string,
	): string {
		if (!name.startsWith(BEFORE))
			return name === TEXT ? text() : textOfField(record, name);
		// The first has none before it.
		if (before === null) return "";
		const field = own(name);
		return field === TEXT ? before.text() : textOfField(before.record, field);
	}
}
