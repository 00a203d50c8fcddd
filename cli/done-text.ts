import { durationText } from "../src/core/number-texts.js";

/** The first line on something that was written: in how long, or that it was there as it would be written again. */
export function doneText(
	{ status, out, seconds }: { status: string; out: string; seconds: number },
	done: string,
): string {
	const [, already] = /^already-(.*)$/.exec(status) ?? [];
	return already === undefined
		? `${done} in ${durationText(seconds)}`
		: `${out} is ${already} already; nothing was done`;
}
