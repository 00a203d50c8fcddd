import {
	type ComposeSettings,
	composeRecords,
} from "../../src/recipes/compose-records.js";
import type { RecipeRecord } from "../../src/recipes/draft.js";
import { parseRecipe } from "../../src/recipes/recipe.js";

/** Records of a file, one after the other. */
export function recordsOf(
	fields: readonly Readonly<Record<string, unknown>>[],
	source = "in.jsonl",
): RecipeRecord[] {
	return fields.map(({ id = null, text = null, ...rest }, position) => ({
		id: id as string | null,
		source,
		position,
		text: text as string | null,
		fields: rest,
	}));
}

export function compose(
	steps: readonly unknown[],
	fields: readonly Readonly<Record<string, unknown>>[],
	settings: ComposeSettings = {},
) {
	return composeRecords(recordsOf(fields), parseRecipe({ steps }), settings);
}

export const wordsIn = (text: string) =>
	text.split(/\s+/).filter((word) => word !== "").length;
