import { integer, texts } from "../core/option.js";
import { quoted } from "../core/text.js";
import { isObject } from "../core/values.js";
import { badRecipe } from "./faults.js";
import type { Form } from "./forms.js";
import type { PreparedGrouping } from "./grouping.js";
import { groupings } from "./groupings.js";
import type { LengthUnit } from "./lengths.js";
import { settingsOf } from "./settings.js";
import type { PreparedStep } from "./step.js";
import { steps as stepEntries } from "./steps.js";

/** A recipe as YAML or JSON has it. */
export interface RecipeSource {
	readonly steps: readonly Readonly<Record<string, unknown>>[];
	/** Fields of the first record that a composed one keeps. */
	readonly keep?: readonly string[];
	readonly seed?: number;
}

/** A recipe that is ready to work. */
export interface Recipe {
	/** The steps that records go through alone, before they are grouped; all, where they are not. */
	readonly before: readonly NumberedStep[];
	/** Null: each record is composed alone. */
	readonly grouping: PreparedGrouping | null;
	readonly after: readonly NumberedStep[];
	/** The fields of records that it looks at, each once. */
	readonly fields: readonly string[];
	readonly keep: readonly string[];
	/** The seed where none is given. */
	readonly seed: number;
	readonly form: Form;
	/** Whether messages say which of them to train on. */
	readonly marksMessages: boolean;
	/** Whether tokens are counted. */
	readonly countsTokens: boolean;
	/** The step that chooses among all drafts; null: none does. */
	readonly choosing: NumberedStep | null;
}

export interface NumberedStep extends PreparedStep {
	/** Its place in the recipe. */
	readonly number: number;
	readonly name: string;
}

/** What begins a group: its settings are those of a grouping, by which. */
const GROUP = "group";

const recipeTable = {
	seed: integer({
		default: 0,
		help: "seed of everything that is drawn at random",
	}),
	keep: texts({
		placeholder: "name",
		default: [],
		help: "fields of the first record that a composed one keeps",
	}),
};

/**
 * Reads a recipe: `steps`, a list of mappings of a step's name to its settings, and `keep`.
 * @param where What it is called in messages.
 * @throws UsageError `bad-recipe`, `unknown-name`
 */
export function parseRecipe(source: unknown, where = "the recipe"): Recipe {
	if (!isObject(source))
		throw badRecipe(where, "it is no mapping: give steps, a list");
	const { steps: given, ...rest } = source;
	const { keep, seed } = settingsOf(recipeTable, rest, where, ["steps"]);
	if (!Array.isArray(given) || given.length === 0)
		throw badRecipe(
			where,
			`steps is ${quoted(given)}: give a list, such as [{ separator: { text: "\\n" } }]`,
		);
	const before: NumberedStep[] = [];
	const after: NumberedStep[] = [];
	let grouping: PreparedGrouping | null = null;
	for (const [number, step] of given.entries()) {
		const { name, settings } = named(step, `${where}, step ${number + 1}`);
		const place = `${where}, step ${number + 1} (${name})`;
		if (name === GROUP) {
			if (grouping !== null)
				throw badRecipe(
					place,
					"records are grouped already: compose what comes out again by another recipe",
				);
			grouping = groupingOf(settings, place);
			continue;
		}
		const entry = stepEntries.find(name);
		if (entry.wantsGroup && grouping === null)
			throw badRecipe(
				place,
				`it draws from a group: put a group before it, such as group: { by: whole }`,
			);
		if (entry.isLast && number < given.length - 1)
			throw badRecipe(place, "it must be the last step");
		const prepared = entry.prepare(
			settingsOf(entry.options, settings, place) as never,
			place,
		);
		(grouping === null ? before : after).push({ ...prepared, number, name });
	}
	const all = [...before, ...after];
	const messages = all.some(({ makes }) => makes?.messages);
	const masks = all.some(({ makes }) => makes?.masks);
	const units: (LengthUnit | undefined)[] = [
		grouping?.unit,
		...all.map(({ unit }) => unit),
	];
	return {
		before,
		grouping,
		after,
		fields: [
			...new Set([
				...keep,
				...(grouping?.fields ?? []),
				...all.flatMap(({ fields }) => fields),
			]),
		],
		...{ keep, seed },
		form: messages ? "messages" : masks ? "segments" : "text",
		marksMessages: messages && masks,
		countsTokens: units.includes("tokens"),
		choosing: all.find(({ choice }) => choice !== undefined) ?? null,
	};
}

/** A step's name and settings, of which a name alone has none. */
function named(
	step: unknown,
	where: string,
): { name: string; settings: unknown } {
	if (typeof step === "string") return { name: step, settings: {} };
	if (!isObject(step) || Object.keys(step).length !== 1)
		throw badRecipe(
			where,
			`${quoted(step)} is no step: give its name and its settings, such as separator: { text: "\\n" }`,
		);
	const [[name, settings]] = Object.entries(step);
	return { name, settings: settings ?? {} };
}

function groupingOf(settings: unknown, place: string): PreparedGrouping {
	if (!isObject(settings) || typeof settings.by !== "string")
		throw badRecipe(
			place,
			`by is missing: give one of ${groupings.names.join(", ")}`,
		);
	const { by, ...own } = settings;
	const entry = groupings.find(by as string);
	return entry.prepare(settingsOf(entry.options, own, place) as never, place);
}

/** Settings of steps that may be `@FILE`, where they are: `replace` is given the name of the file. */
export async function withLists(
	source: unknown,
	replace: (path: string) => Promise<unknown>,
): Promise<unknown> {
	if (!isObject(source) || !Array.isArray(source.steps)) return source;
	const steps = await Promise.all(
		source.steps.map(async (step) => {
			if (!isObject(step)) return step;
			const [[name, settings] = ["", null]] = Object.entries(step);
			const lists = stepEntries.has(name)
				? (stepEntries.find(name).lists ?? [])
				: [];
			if (!isObject(settings) || lists.length === 0) return step;
			const own = { ...settings };
			for (const list of lists) {
				const value = own[list];
				if (typeof value === "string" && value.startsWith("@"))
					own[list] = await replace(value.slice(1));
			}
			return { ...step, [name]: own };
		}),
	);
	return { ...source, steps };
}
