import type { Manifest } from "../manifest.js";
import type { Settings } from "../settings.js";

/** A program that trains, and what it needs of a dataset so that it loads it right. */
export interface Trainer {
	/** As its makers write it. */
	readonly title: string;
	/** One line, for help and docs. */
	readonly meaning: string;
	/** The version that this was tried with, and how; or what was not. */
	readonly tried: string;
	/**
	 * The options of a build that it needs, by name; `columns` are added to those that are asked for.
	 * @param isMasked Whether some tokens are not to be trained on.
	 */
	options(isMasked: boolean): Readonly<Record<string, unknown>>;
	/** Why it cannot be given such rows, as the end of a sentence; null where it can. */
	fault(settings: Settings): string | null;
	/** What of these lines is easily left out. */
	readonly key: string;
	/** What is written in which language to load a dataset in `path/to/this/directory`. */
	load(manifest: Manifest): Snippet;
	/** What goes wrong in silence otherwise, as sentences. */
	readonly traps: readonly string[];
}

export interface Snippet {
	language: "python" | "yaml" | "sh";
	lines: readonly string[];
}
