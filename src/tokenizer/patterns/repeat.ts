import type { Draft } from "./draft.js";
import { PatternError } from "./pattern-error.js";

export interface Repetition {
	least: number;
	most: number;
	isLazy: boolean;
}

const ENDLESS = Number.POSITIVE_INFINITY;
/** `?`, `*`, `+`, `??`, `*?`, `+?`: by these numbers in the table below. */
const simple: readonly Repetition[] = [
	{ least: 0, most: 1, isLazy: false },
	{ least: 0, most: ENDLESS, isLazy: false },
	{ least: 1, most: ENDLESS, isLazy: false },
	{ least: 0, most: 1, isLazy: true },
	{ least: 0, most: ENDLESS, isLazy: true },
	{ least: 1, most: ENDLESS, isLazy: true },
];
/**
 * What Oniguruma makes of a repetition (row) that is repeated (column), which is not always what both
 * say: the number of a simple one, "inner" to leave it, "both" to leave both, "+??" for `(?:x+)??`.
 */
const reduced: readonly (readonly (number | "inner" | "both" | "+??")[])[] = [
	["inner", 1, 1, 3, 4, "both"],
	["inner", "inner", "inner", "+??", "+??", "inner"],
	[1, 1, "inner", "both", "+??", "inner"],
	["inner", 4, 4, "inner", 4, 4],
	["inner", "inner", "inner", "inner", "inner", "inner"],
	["both", 1, 2, 4, 4, "inner"],
];

/** Repeats a part as Oniguruma does. @throws PatternError where it refuses that. */
export function repeated(part: Draft, repetition: Repetition): Draft {
	const { least, most, isLazy } = repetition;
	if (least === 1 && most === 1) return part;
	if (part.kind !== "repeat") return { kind: "repeat", part, ...repetition };
	const inner = kindOf(part);
	const outer = kindOf(repetition);
	if (inner !== -1 && outer !== -1) {
		const due = reduced[inner][outer];
		if (due === "inner") return part;
		if (due === "both") return { kind: "repeat", part, ...repetition };
		if (due === "+??")
			return {
				kind: "repeat",
				part: { ...part, ...simple[2] },
				...simple[3],
			};
		return { ...part, ...simple[due] };
	}
	if (inner === 1 || inner === 2) {
		const isShorter = most !== ENDLESS && most > 1 && !isLazy;
		return {
			kind: "repeat",
			part,
			least,
			most: isShorter ? Math.max(least, 1) : most,
			isLazy,
		};
	}
	if (inner === -1 || outer === -1)
		if (least === most && part.least === part.most) {
			const times = least * part.least;
			if (times > 0x7fffffff)
				throw new PatternError("repeats something too many times");
			return { ...part, least: times, most: times, isLazy };
		}
	return { kind: "repeat", part, ...repetition };
}

/** Whether a part is something that cannot be repeated. */
export function isFixed(part: Draft): boolean {
	switch (part.kind) {
		case "look":
		case "place":
		case "border":
		case "match-start":
			return true;
		case "choice":
			return part.options.some(isFixed);
		default:
			return false;
	}
}

function kindOf({ least, most, isLazy }: Repetition): number {
	return simple.findIndex(
		(one) => one.least === least && one.most === most && one.isLazy === isLazy,
	);
}
