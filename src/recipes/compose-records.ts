import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { type ComposedRecord, composedOf, countLacks } from "./composed.js";
import { type Draft, draftOf, type RecipeRecord } from "./draft.js";
import { DraftChoice } from "./draw-drafts.js";
import { KeyedGroups, RunGroups } from "./group-drafts.js";
import type { Recipe } from "./recipe.js";
import { type Chosen, type RunSettings, StepRunner } from "./run-steps.js";
import type { InjectedSpan } from "./step.js";

/** What records are composed with. */
export interface ComposeSettings {
	/** Default that of the recipe. */
	seed?: number;
	/** Counts tokens, where the recipe does. */
	tokenizer?: Tokenizer | null;
	/** Default stop. */
	onError?: "stop" | "skip";
}

/** What records were composed to. */
export interface ComposedRecords {
	records: ComposedRecord[];
	/** What was counted, by name. */
	counts: Record<string, number>;
	injected: InjectedSpan[];
}

/**
 * Composes records by a recipe, all in memory: `composeFiles` does it with files of any size. A
 * composed record depends on its own records, the recipe and the seed alone.
 * @param records In order; `source` and `position` tell them apart.
 * @throws DataError with one of `composeReasons`, or `too-large-group`; UsageError `too-few-records`
 */
export function composeRecords(
	records: readonly RecipeRecord[],
	recipe: Recipe,
	{
		seed = recipe.seed,
		tokenizer = null,
		onError = "stop",
	}: ComposeSettings = {},
): ComposedRecords {
	const settings: RunSettings = { seed, tokenizer, onError };
	const { choosing } = recipe;
	let chosen: Chosen = new Map();
	if (choosing !== null) {
		const runner = new StepRunner(settings);
		const choice = new DraftChoice(choosing, seed);
		for (const draft of draftsOf(records, recipe, runner, choosing.number))
			choice.show(draft, runner);
		chosen = choice.chosen();
	}
	const runner = new StepRunner(settings, chosen);
	const composed: ComposedRecord[] = [];
	for (const draft of draftsOf(records, recipe, runner)) {
		const record = runner.attempt(() => composedOf(draft, recipe), undefined);
		if (record === undefined) continue;
		if (record === null) runner.count("empty");
		else {
			composed.push(record);
			countLacks(draft, recipe, (...of) => runner.count(...of));
		}
	}
	return {
		records: composed,
		counts: runner.counts,
		injected: runner.injected,
	};
}

/** @param until The number of the step that they do not go through any more. */
function* draftsOf(
	records: readonly RecipeRecord[],
	{ before, grouping, after }: Recipe,
	runner: StepRunner,
	until = Infinity,
): Generator<Draft> {
	const early = before.filter(({ number }) => number < until);
	const late = after.filter(({ number }) => number < until);
	const alone = function* () {
		for (const record of records) yield* runner.run(draftOf(record), early);
	};
	if (grouping === null) {
		yield* alone();
		return;
	}
	if (grouping.kind === "keyed") {
		const groups = new KeyedGroups<Draft>(grouping, (draft) => draft);
		for (const draft of alone()) {
			const key = runner.attempt(() => grouping.keyOf(draft), null);
			if (key !== null) groups.add(key, draft, textLength(draft));
		}
		for (const group of groups.drafts(runner)) yield* runner.run(group, late);
		return;
	}
	const groups = new RunGroups(grouping, runner);
	let source: string | null = null;
	for (const draft of alone()) {
		const own = draft.pieces[0].record?.source ?? null;
		const ended = own === source ? null : groups.end();
		source = own;
		if (ended !== null) yield* runner.run(ended, late);
		const group = runner.attempt(() => groups.add(draft), null);
		if (group !== null) yield* runner.run(group, late);
	}
	const last = groups.end();
	if (last !== null) yield* runner.run(last, late);
}

/** The length of its texts, in bytes or UTF-16 units. */
function textLength({ pieces }: Draft): number {
	let length = 0;
	for (const { text } of pieces)
		if (text !== null)
			length += typeof text === "string" ? text.length : text.bytes.length;
	return length;
}
