import type { Progress } from "../src/core/progress.js";
import { withoutSlashes } from "../src/core/text.js";

/** What is known of the command at work, for the report of its failure. */
export interface UnderWay {
	/** The words that name it. */
	command: string;
	/** What it was given, with what a configuration adds. */
	options: Readonly<Record<string, unknown>>;
	/** The output directory of a build, where its state is; null: it builds nothing. */
	out: string | null;
	progress: Progress | null;
	/** Milliseconds since 1970. */
	began: number;
}

const nothing: UnderWay = {
	...{ command: "", options: {}, out: null, progress: null },
	began: Date.now(),
};
let now = nothing;

export const underWay = (): Readonly<UnderWay> => now;

/** A command begins. */
export function begins(command: string, options: UnderWay["options"]): void {
	now = { ...nothing, command, options, began: Date.now() };
}

/** The output directory of a build is known, if there is one. */
export function noteOut(out: unknown): void {
	note({ out: typeof out === "string" ? withoutSlashes(out) : null });
}

/** More is known of it. */
export function note(more: Partial<UnderWay>): void {
	now = { ...now, ...more };
}
