import { count, finite, object, tableOf, text, truth } from "../core/shape.js";

/** What is asked for of a summary that was written. */
export const summaryShape = object({
	...{ read: count, skipped: tableOf(count), leftOut: tableOf(count) },
	...{ records: count, form: text, marksMessages: truth },
	...{ counts: tableOf(finite), injected: count, recipe: text, seed: finite },
});
