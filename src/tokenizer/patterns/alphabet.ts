import { type CodePointSet, has } from "../code-points.js";

/** Code points in classes that no set of a pattern tells apart. */
export interface Alphabet {
	/** Where the classes of each 256 code points begin. */
	pages: Int32Array;
	/** By a page and the last byte of a code point. */
	classes: Uint16Array;
	/** How many classes there are. */
	count: number;
	/** For each set, and in it each class, whether the set has it. */
	members: Uint8Array;
}

/** @param sets Distinct ones. */
export function makeAlphabet(sets: readonly CodePointSet[]): Alphabet {
	const borders = [...new Set([0, 0x110000, ...sets.flat()])].sort(
		(a, b) => a - b,
	);
	const known = new Map<string, number>();
	const ranges = borders.slice(0, -1).map((begin, i) => {
		const key = sets.map((set) => Number(has(set, begin))).join("");
		let index = known.get(key);
		if (index === undefined) {
			index = known.size;
			known.set(key, index);
		}
		return { end: borders[i + 1], index };
	});
	const count = known.size;
	const members = new Uint8Array(sets.length * count);
	for (const [key, index] of known)
		for (let set = 0; set < sets.length; set++)
			members[set * count + index] = Number(key[set]);
	return { ...pagesOf(ranges), count, members };
}

/** Pages of 256 code points, of which equal ones are held once. */
function pagesOf(
	ranges: readonly { end: number; index: number }[],
): Pick<Alphabet, "pages" | "classes"> {
	const pages = new Int32Array(0x1100);
	const known = new Map<string, number>();
	const kept: Uint16Array[] = [];
	let at = 0;
	for (let page = 0; page < pages.length; page++) {
		const begin = page << 8;
		const end = begin + 256;
		const parts: [from: number, to: number, index: number][] = [];
		for (let point = begin; point < end; ) {
			const until = Math.min(ranges[at].end, end);
			parts.push([point - begin, until - begin, ranges[at].index]);
			if (until === ranges[at].end) at++;
			point = until;
		}
		const key = parts.join();
		let number = known.get(key);
		if (number === undefined) {
			const content = new Uint16Array(256);
			for (const [from, to, index] of parts) content.fill(index, from, to);
			number = kept.push(content) - 1;
			known.set(key, number);
		}
		pages[page] = number << 8;
	}
	const classes = new Uint16Array(kept.length << 8);
	for (const [index, content] of kept.entries())
		classes.set(content, index << 8);
	return { pages, classes };
}
