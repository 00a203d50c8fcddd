import { byTable } from "./by-table.js";
import { beyondAscii } from "./character-set.js";
import { firstAfter, type Normalizer } from "./normalizer.js";

type Step = (text: string) => string;

export function sequence(
	type: string,
	normalizers: readonly Normalizer[],
): Normalizer {
	const steps = stepsOf(normalizers);
	return {
		type,
		parts: normalizers,
		...(normalizers.every(({ byCharacter }) => byCharacter !== undefined) && {
			byCharacter: { sortsMarks: sortMarks(normalizers) },
		}),
		firstAfter(text, first) {
			let so = text;
			let at = first;
			for (const normalizer of normalizers) {
				if (so === "") return -1;
				at = firstAfter(normalizer, so, at);
				so = normalizer.apply(so);
			}
			return at;
		},
		apply: (text) => steps.reduce((so, step) => step(so), text),
	};
}

/** Neighbours that look at one character at a time become one step. */
function stepsOf(normalizers: readonly Normalizer[]): Step[] {
	const steps: Step[] = [];
	for (let at = 0; at < normalizers.length; ) {
		const next = normalizers.findIndex(
			(normalizer, i) => i >= at && normalizer.byCharacter === undefined,
		);
		const end = next === -1 ? normalizers.length : Math.max(next, at + 1);
		steps.push(together(normalizers.slice(at, end)));
		at = end;
	}
	return steps;
}

function together(normalizers: readonly Normalizer[]): Step {
	const inTurn = (text: string) =>
		normalizers.reduce((so, normalizer) => normalizer.apply(so), text);
	if (normalizers.length === 1) return inTurn;
	const atOnce = byTable(inTurn, sortMarks(normalizers));
	// What JavaScript itself does to ASCII is faster than any table.
	return (text) => (beyondAscii(text, 0) === -1 ? inTurn(text) : atOnce(text));
}

const sortMarks = (normalizers: readonly Normalizer[]) =>
	normalizers.some(({ byCharacter }) => byCharacter?.sortsMarks);
