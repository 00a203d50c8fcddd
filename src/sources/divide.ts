import { isReadWhole, sourceFormats, usualBytes } from "./formats.js";
import {
	BadInput,
	type Division,
	type InputFile,
	type ReadableStorage,
	type Span,
} from "./source.js";

/** A span of one of the inputs, by its number among them. */
export interface InputSpan extends Span {
	input: number;
}

/**
 * How a file can be divided; a compressed one is a single part, unless its frames are
 * known. So is one that cannot be used: it is for its reader to say so, or to pass it over.
 */
export async function divisionOf(
	storage: ReadableStorage,
	file: InputFile,
): Promise<Division> {
	const { format, compression, frames, size, unseen } = file;
	if (unseen !== undefined) return { parts: [usualBytes(size, file)] };
	if (compression === null)
		try {
			return await sourceFormats.find(format).divide(storage, file);
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
			return { parts: [size] };
		}
	const bytes = frames?.size ?? usualBytes(size, file);
	return isReadWhole(file) ? { parts: [bytes] } : { anywhere: bytes };
}

/** About how many uncompressed bytes a file has. */
export function bytesOf(division: Division): number {
	return "anywhere" in division ? division.anywhere : sum(division.parts);
}

const MIB = 2 ** 20;

/** Bytes of a task where nothing is said of it. */
export function usualTaskSize(inputBytes: number): number {
	return Math.max(8 * MIB, Math.min(256 * MIB, Math.ceil(inputBytes / 64)));
}

/** All of a file, as a span of its division. */
export function wholeSpan(division: Division): Span {
	const end =
		"anywhere" in division ? division.anywhere : division.parts.length;
	return { start: 0, end };
}

/**
 * Cuts inputs into tasks of about equal size, at most about `taskSize` uncompressed
 * bytes each. Inputs are taken in order; what can be divided anywhere is, where a task
 * is full; a part goes whole to the task in which it begins. An input without bytes
 * and parts is in no task.
 */
export function cutIntoTasks(
	divisions: readonly Division[],
	taskSize: number,
): InputSpan[][] {
	const total = sum(divisions.map(bytesOf));
	const target = Math.ceil(total / Math.max(1, Math.ceil(total / taskSize)));
	const tasks: InputSpan[][] = [];
	let spans: InputSpan[] = [];
	let room = target;
	const add = (input: number, start: number, end: number, bytes: number) => {
		const last = spans.at(-1);
		if (last?.input === input) last.end = end;
		else spans.push({ input, start, end });
		room -= bytes;
		if (room <= 0) closeTask();
	};
	const closeTask = () => {
		if (spans.length > 0) tasks.push(spans);
		spans = [];
		room = target;
	};
	divisions.forEach((division, input) => {
		if ("parts" in division) {
			division.parts.forEach((bytes, part) => {
				add(input, part, part + 1, bytes);
			});
			return;
		}
		for (let start = 0; start < division.anywhere; ) {
			const end = Math.min(division.anywhere, start + room);
			add(input, start, end, end - start);
			start = end;
		}
	});
	closeTask();
	return tasks;
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, n) => total + n, 0);
}
