import { flag, text } from "../../core/option.js";
import { permutation } from "../../core/random.js";
import { describeRecord, type Piece, type RecipeRecord } from "../draft.js";
import { badRecipe, composeFault, fieldOf } from "../faults.js";
import type { Step } from "../step.js";

const options = {
	field: text({
		placeholder: "name",
		help: "field to sort by: numbers by value, texts by their letters",
		defaultText: "none",
	}),
	descending: flag({ default: false, help: "the largest first" }),
	random: flag({ default: false, help: "in random order instead" }),
};

export const order: Step<typeof options> = {
	meaning:
		"sorts the records of a group; without it they have the order of the input",
	options,
	prepare({ field, descending, random }, where) {
		if ((field === undefined) !== random)
			throw badRecipe(where, "give either field or random: true");
		return {
			fields: field === undefined ? [] : [field],
			apply(draft, context) {
				const { pieces } = draft;
				const order =
					field === undefined
						? [...permutation(pieces.length, context.random())]
						: sorted(pieces, field, descending);
				return [{ ...draft, pieces: order.map((i) => pieces[i]) }];
			},
		};
	},
};

function sorted(
	pieces: readonly Piece[],
	field: string,
	descending: boolean,
): number[] {
	const values = pieces.map(({ record }) => sortValue(record, field));
	const sign = descending ? -1 : 1;
	const before = (a: string | number, b: string | number) =>
		typeof a !== typeof b ? typeof a < typeof b : a < b;
	return [...pieces.keys()].sort((i, j) => {
		const [a, b] = [values[i], values[j]];
		return before(a, b) ? -sign : before(b, a) ? sign : i - j;
	});
}

function sortValue(
	record: RecipeRecord | null,
	field: string,
): string | number {
	const value = fieldOf(record, field);
	if (typeof value === "string" || typeof value === "number") return value;
	throw composeFault(
		"bad-value",
		describeRecord(record as RecipeRecord),
		`has in its field ${JSON.stringify(field)} neither a text nor a number to sort by: name another`,
	);
}
