import { durationText } from "../src/core/number-texts.js";

/** What became of what was to be written. */
export interface Done {
	status: string;
	out: string;
	seconds: number;
}

/** The first line on something that was written: in how long, or that it was there as it would be written again. */
export function doneText({ status, out, seconds }: Done, done: string): string {
	const [, already] = /^already-(.*)$/.exec(status) ?? [];
	return already === undefined
		? `${done} in ${durationText(seconds)}`
		: `${out} is ${already} already; nothing was done`;
}
