import { json, required } from "../../core/option.js";
import { quoted } from "../../core/text.js";
import { isObject } from "../../core/values.js";
import {
	describeRecord,
	ownField,
	type Piece,
	type RecipeRecord,
} from "../draft.js";
import { composeFault } from "../faults.js";
import type { Step } from "../step.js";

/** Takes each element of a list as the text of a record. */
const TEXT = "text";

const options = {
	lists: required(
		json<Readonly<Record<string, string>>>(
			{
				placeholder: "names",
				expected: "a mapping of names to fields with lists",
				written: "one",
				fault: (value) =>
					isObject(value) &&
					Object.keys(value).length > 0 &&
					Object.values(value).every((name) => typeof name === "string")
						? null
						: ` is ${quoted(value)}: give a mapping of names to fields, such as {text: segments}`,
			},
			{
				help: "the name of an element in the new records, and the field that has the list; the element named text is their text",
			},
		),
	),
};

export const unnest: Step<typeof options> = {
	meaning:
		"turns a record with lists into a group: one record for each element of the longest list; shorter lists give nothing for the last ones",
	options,
	prepare({ lists }) {
		const names = Object.entries(lists);
		return {
			fields: Object.values(lists),
			makesText: TEXT in lists,
			apply(draft) {
				const pieces = draft.pieces.flatMap((piece): Piece[] => {
					const record = piece.record as RecipeRecord;
					const found = names.map(
						([name, field]) => [name, listOf(record, field)] as const,
					);
					const count = Math.max(...found.map(([, list]) => list.length));
					return Array.from({ length: count }, (_, i) => {
						const fields: Record<string, unknown> = Object.assign(
							Object.create(null),
							record.fields,
						);
						let text = piece.text;
						for (const [name, list] of found) {
							fields[name] = list[i];
							if (name === TEXT)
								text = typeof list[i] === "string" ? (list[i] as string) : null;
						}
						return { ...piece, text, record: { ...record, text, fields } };
					});
				});
				return [{ ...draft, pieces }];
			},
		};
	},
};

function listOf(record: RecipeRecord, field: string): readonly unknown[] {
	const value = ownField(record, field);
	if (value === undefined || value === null) return [];
	if (Array.isArray(value)) return value;
	throw composeFault(
		"bad-value",
		describeRecord(record),
		`has in its field ${quoted(field)} no list: name another`,
	);
}
