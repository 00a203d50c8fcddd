import type { FiguresOptions, FiguresSettings } from "../../options/figures.js";
import type { Storage } from "../../storage/storage.js";
import type { Figures } from "./figures.js";

/** A kind of path that there are figures of. A new one is a file in `kinds/` and a line in `figure-kinds.ts`. */
export interface FigureReader {
	/** What it is, in words. */
	readonly meaning: string;
	/** Whether a path is one; it is none of the kinds before it. */
	find(path: string, storage: Storage): Promise<boolean>;
	/** What it can be told besides how much is read and shown; left out: nothing. */
	readonly options?: readonly (keyof FiguresOptions)[];
	/** @param path Without slashes at its end. */
	read(path: string, settings: FiguresSettings): Promise<Figures>;
}
