import { addCounts } from "../core/counts.js";
import type { Form } from "../recipes/forms.js";
import type { PreparedCompose } from "./prepare.js";
import type { UnitResult } from "./unit.js";

/** What composing came to. */
export interface ComposeSummary {
	/** Records read, and those among them that could not be used or are not wanted, by reason. */
	read: number;
	skipped: Record<string, number>;
	leftOut: Record<string, number>;
	/** Composed records. */
	records: number;
	/** How they are written. */
	form: Form;
	/** Whether messages say which of them to train on, in the field `train`. */
	marksMessages: boolean;
	/** What the recipe's steps have counted, by name. */
	counts: Record<string, number>;
	/** Spans that were put in. */
	injected: number;
	/** SHA-256 of the recipe. */
	recipe: string;
	seed: number;
	[field: string]: unknown;
}

/** The summary before anything is read. */
export function emptySummary({
	recipe: { form, marksMessages },
	recipeHash,
	context: { seed },
}: PreparedCompose): ComposeSummary {
	return {
		...{ read: 0, skipped: {}, leftOut: {}, records: 0 },
		...{ form, marksMessages, counts: {}, injected: 0 },
		...{ recipe: recipeHash, seed },
	};
}

/** Adds what a unit has read and counted. */
export function addRead(
	summary: ComposeSummary,
	{ read, counts }: UnitResult,
): void {
	summary.read += read.records;
	addCounts(summary.skipped, read.skipped);
	addCounts(summary.leftOut, read.leftOut);
	addCounts(summary.counts, counts);
}

/** All that was counted, in words. */
export function describeCounts({
	skipped,
	leftOut,
	counts,
}: ComposeSummary): string {
	const all = Object.entries({ ...leftOut, ...skipped, ...sorted(counts) });
	return all.length === 0
		? "give other inputs"
		: all.map(([name, count]) => `${name} ${count}`).join(", ");
}

/** Counts by their names' letters. */
export function sorted(counts: Readonly<Record<string, number>>) {
	return Object.fromEntries(
		Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)),
	);
}
