import { eachRange, unicode16 } from "./unicode-tables.js";

/** A set of code points: ascending borders, in pairs of first and one past last. */
export type CodePointSet = readonly number[];

const LAST = 0x110000;

/** White space as the Rust library has it; that of JavaScript has U+FEFF and not U+0085. */
export const whiteSpace: CodePointSet = union([
	[0x09, 0x0e],
	[0x20, 0x21],
	[0x85, 0x86],
	[0xa0, 0xa1],
	[0x1680, 0x1681],
	[0x2000, 0x200b],
	[0x2028, 0x202a],
	[0x202f, 0x2030],
	[0x205f, 0x2060],
	[0x3000, 0x3001],
]);

/** A general category of Unicode 16, or null for one that is not in the table. */
export function category(name: string): CodePointSet | null {
	if (!Object.hasOwn(unicode16, name)) return null;
	const borders: number[] = [];
	eachRange(unicode16[name], (begin, end) => borders.push(begin, end));
	return borders;
}

export function union(sets: readonly CodePointSet[]): CodePointSet {
	const ranges: [number, number][] = [];
	for (const set of sets)
		for (let i = 0; i < set.length; i += 2) ranges.push([set[i], set[i + 1]]);
	ranges.sort((a, b) => a[0] - b[0]);
	const borders: number[] = [];
	for (const [begin, end] of ranges) {
		const last = borders.length - 1;
		if (last > 0 && begin <= borders[last])
			borders[last] = Math.max(borders[last], end);
		else borders.push(begin, end);
	}
	return borders;
}

export function intersection(a: CodePointSet, b: CodePointSet): CodePointSet {
	return complement(union([complement(a), complement(b)]));
}

export function complement(set: CodePointSet): CodePointSet {
	const borders = set[0] === 0 ? set.slice(1) : [0, ...set];
	return borders.at(-1) === LAST ? borders.slice(0, -1) : [...borders, LAST];
}

export function has(set: CodePointSet, point: number): boolean {
	let low = 0;
	let high = set.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (set[middle] <= point) low = middle + 1;
		else high = middle;
	}
	return low % 2 === 1;
}
