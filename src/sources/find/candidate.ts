import type { FoundFile } from "../../storage/storage.js";
import type { InputFile } from "../source.js";

/** A file that was met, and how. */
export interface Candidate extends FoundFile {
	/** The number of its input. */
	input: number;
	/** What the input was given as. */
	asked: string;
	/** Whether it was named, or matched a glob, under one of its names. */
	isAskedFor: boolean;
}

/** A file of the corpus as it was found. */
export interface FoundInput extends InputFile {
	/** As `fingerprintOfFile` gives it; null where it is not known yet. */
	fingerprint: string | null;
}

/** Whether a file is an input by its own name, not one of a directory or glob. */
export function isNamed({ path, below, asked, identity }: Candidate): boolean {
	return below === null && (path === asked || identity === asked);
}
