import { integer, json, text } from "../core/option.js";
import { quoted } from "../core/text.js";

/** Steps from one to before another. */
export type StepRange = readonly [from: number, end: number];

/** The options that say from which plan a new one goes on, and how. */
export const extendTable = {
	extend: text({
		help: "the directory of a plan to continue: its steps come first, unchanged",
		placeholder: "plan",
	}),
	fromStep: integer({
		help: "the first step that differs from the extended plan",
		defaultText: "its end",
		least: 1,
	}),
	skip: json<readonly StepRange[]>(
		{
			placeholder: "ranges",
			expected: "ranges of steps such as 1200:1260,1300:1310",
			written: "one",
			parse: (ranges) =>
				ranges.split(",").map((range) => {
					const [, from, end] = /^\s*(\d+):(\d+)\s*$/.exec(range) ?? [];
					if (end === undefined) throw new Error(range);
					return [Number(from), Number(end)];
				}),
			fault: rangesFault,
		},
		{
			help: "steps of the extended plan to leave out, as ranges: 3:5 is steps 3 and 4",
			defaultText: "none",
		},
	),
};

/** What is wrong with ranges of steps, as the end of a sentence that begins with the option. */
function rangesFault(ranges: unknown): string | null {
	if (!Array.isArray(ranges) || ranges.length === 0)
		return ` is ${quoted(ranges)}: give ranges of steps, such as [[1200, 1260]]`;
	for (const range of ranges) {
		const [from, end] = Array.isArray(range) ? range : [];
		if (!Number.isSafeInteger(from) || !Number.isSafeInteger(end) || from < 0)
			return ` has the range ${quoted(range)}: give each as its first step and the one after its last`;
		if (end <= from)
			return ` has the range ${from}:${end}, which has no steps: give a larger number after a smaller one`;
	}
	const sorted = [...ranges].sort(([a], [b]) => a - b);
	const next = sorted.findIndex(
		([from], i) => i > 0 && from < sorted[i - 1][1],
	);
	if (next === -1) return null;
	const [a, b] = [sorted[next - 1], sorted[next]].map((range) =>
		range.join(":"),
	);
	return ` has the ranges ${a} and ${b}, which overlap: give each step once`;
}
