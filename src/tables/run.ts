import type { Data } from "apache-arrow";

/** Values of a column that follow one another: those from `from` on, up to `to`. */
export interface Run {
	/** As it was read: not a slice of something else. */
	data: Data;
	from: number;
	to: number;
}
