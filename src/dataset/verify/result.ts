import type { OnProgress } from "../../core/progress.js";

/** What came of verifying. */
export interface VerifyResult {
	/** What was found in the directory: a name from `verifiers`. */
	kind: string;
	/** What is wrong, as sentences; empty when all is well. The first `mostProblems` only. */
	problems: string[];
	/** How many there are in all. */
	problemCount: number;
	/** What was read again. */
	files: number;
	rows: number;
	sequences: number;
	documents: number;
	tokens: number;
}

export interface VerifyOptions {
	/** Most problems to tell of; default 20. */
	mostProblems?: number;
	/** Threads, no more than there are tasks; default one a CPU, where there is enough to read. */
	workers?: number;
	/** Stops it. */
	signal?: AbortSignal;
	/** Told of how far it is, after every file. */
	onProgress?: OnProgress;
}
