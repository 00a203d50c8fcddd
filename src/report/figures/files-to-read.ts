import { sum } from "../../core/arithmetic.js";

/** Rows that are read where not all are asked for, at most about. */
export const MOST_ROWS = 20_000_000;

export interface FilesToRead<T> {
	files: T[];
	/** The share of all rows that these have; 1: they are all. */
	share: number;
}

/** Whole files at equal distances, of about so many rows; all where these have no more. */
export function filesToRead<T extends { rows: number }>(
	all: readonly T[],
	most: number,
): FilesToRead<T> {
	const rows = sum(all.map((file) => file.rows));
	if (rows <= most || all.length <= 1) return { files: [...all], share: 1 };
	const count = Math.max(1, Math.floor((all.length * most) / rows));
	const files = Array.from(
		{ length: count },
		(_, i) => all[Math.floor(((i + 0.5) * all.length) / count)],
	);
	return { files, share: sum(files.map((file) => file.rows)) / rows };
}

/** That only a part was read, as a sentence. */
export function partNote(what: string, share: number): string {
	return `${what} are counted over ${(100 * share).toFixed(1)} % of the rows, in whole files that are evenly spread; the option "all" reads all`;
}
