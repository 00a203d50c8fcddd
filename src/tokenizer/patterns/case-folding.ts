import { type CodePointSet, has } from "../code-points.js";
import { caseFolds } from "./case-folds.js";

interface Folds {
	/** What a code point folds to, where that is not itself. */
	foldOf: Map<number, number[]>;
	/** The code points that fold to some others, by these joined with commas; ascending. */
	unfoldsOf: Map<string, number[]>;
}

let folds: Folds | null = null;

/** The fold of a code point: itself, or up to three others. */
export function foldOf(point: number): readonly number[] {
	return table().foldOf.get(point) ?? [point];
}

/** The code points that fold to these, without themselves. */
export function unfoldsOf(fold: readonly number[]): readonly number[] {
	return table().unfoldsOf.get(fold.join()) ?? [];
}

/** All code points that differ in case only, with the point itself. */
export function sameButCase(point: number): number[] {
	const fold = foldOf(point);
	const all = new Set([point, ...unfoldsOf(fold)]);
	if (fold.length === 1) all.add(fold[0]);
	return [...all];
}

/** Points to add to a set so that it has both cases of all its letters. */
export function missingCases(set: CodePointSet): number[] {
	const missing = new Set<number>();
	for (const [fold, unfolds] of table().unfoldsOf) {
		const points = fold.includes(",") ? unfolds : [Number(fold), ...unfolds];
		if (points.some((point) => has(set, point)))
			for (const point of points) if (!has(set, point)) missing.add(point);
	}
	return [...missing];
}

/** The folds of two and three code points of the letters of a set. */
export function longFolds(set: CodePointSet): number[][] {
	const found: number[][] = [];
	for (const [fold, unfolds] of table().unfoldsOf)
		if (fold.includes(",") && unfolds.some((point) => has(set, point)))
			found.push(fold.split(",").map(Number));
	return found;
}

function table(): Folds {
	if (folds !== null) return folds;
	folds = { foldOf: new Map(), unfoldsOf: new Map() };
	let point = 0;
	for (const entry of caseFolds.split(",")) {
		const [distance, ...others] = entry
			.split(" ")
			.map((n) => Number.parseInt(n, 36));
		point += distance;
		const from = point;
		const fold = others.map((other) => from + other);
		folds.foldOf.set(from, fold);
		const key = fold.join();
		const unfolds = folds.unfoldsOf.get(key);
		if (unfolds === undefined) folds.unfoldsOf.set(key, [from]);
		else unfolds.push(from);
	}
	return folds;
}
