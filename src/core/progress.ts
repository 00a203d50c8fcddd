import { programValue } from "./option.js";

/** What is being done, in the words that people are told. */
export type Stage =
	| "planning"
	| "composing"
	| "choosing"
	| "reading"
	| "packing"
	| "repacking"
	| "finishing"
	| "verifying"
	| "auditing"
	| "exporting"
	| "converting"
	| "comparing";

/** How far something that takes long is; one shape for all that does. */
export interface Progress {
	stage: Stage;
	/** What is done, of how many; null: that is not known. */
	done: number;
	total: number | null;
	/** One of what is counted. */
	unit: "task" | "file" | "row" | "record" | "document" | "step" | "packer";
	/** Bytes that are read, of how many; null: that is not known, or they are not counted. */
	bytes: number;
	totalBytes: number | null;
	/** Documents, or what stands for them, and tokens so far. */
	documents: number;
	tokens: number;
	/** The rows that are made so far; null where nothing is packed. */
	packed: Packed | null;
	/** Of a build, the tasks at work, each with the last record that it is known to have read. */
	atWork: readonly TaskAtWork[];
}

/** Rows, their tokens, and how many they can hold. */
export interface Packed {
	rows: number;
	tokens: number;
	room: number;
}

/** A task, and the last record that it is known to have read. */
export interface TaskAtWork {
	task: number;
	/** What the output calls the file; null: none yet, or it reads no records. */
	source: string | null;
	/** The byte that the record begins at when uncompressed, or its row. */
	position: number | null;
}

/** What grows while a task is done: what it has read, and the rows that it has made of it. */
export interface Growth {
	bytes: number;
	documents: number;
	tokens: number;
	rows: number;
	rowTokens: number;
	room: number;
}

export const noGrowth = (): Growth => ({
	...{ bytes: 0, documents: 0, tokens: 0 },
	...{ rows: 0, rowTokens: 0, room: 0 },
});

export type OnProgress = (progress: Progress) => void;

/** How far something is, at its beginning. */
export function progressOf(
	stage: Stage,
	unit: Progress["unit"],
	known: Partial<Progress> = {},
): Progress {
	return {
		stage,
		...{ done: 0, total: null, unit },
		...{ bytes: 0, totalBytes: null, documents: 0, tokens: 0 },
		...{ packed: null, atWork: [] },
		...known,
	};
}

/** How a program is told how far something is. */
export const progressOptions = {
	onProgress: programValue<OnProgress>(
		"a function",
		(value) => typeof value === "function",
		{ help: "told of how far it is, now and then" },
	),
};

/** Milliseconds between two reports, at least, of what goes on in small steps. */
const TELL_EVERY = 100;

/** Tells of what goes on in small steps, some of the time. */
export function tellingNow(
	onProgress: OnProgress | undefined,
): (progress: () => Progress) => void {
	if (onProgress === undefined) return () => {};
	let told = Number.NEGATIVE_INFINITY;
	return (progress) => {
		const now = performance.now();
		if (now - told < TELL_EVERY) return;
		told = now;
		onProgress(progress());
	};
}

/** What `tellingNow` gives. */
export type Tell = ReturnType<typeof tellingNow>;
