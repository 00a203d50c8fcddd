import { eachRange, unicode16 } from "./unicode-tables.js";

/** Beyond the first three planes only plane 14 has assigned characters. */
const SEARCHED = [
	[0, 0xd800],
	[0xe000, 0x40000],
	[0xe0000, 0xe0200],
];

/** A general category of Unicode 16, seen from this JavaScript. */
export interface Category {
	/** The class of this JavaScript, of whatever version of Unicode. */
	native: string;
	/** Code points that `native` has and Unicode 16 has not, or the other way round. */
	differing: string;
	/** The class of Unicode 16; matching by it takes three times as long. */
	exact: string;
}

const known = new Map<string, Category>();

/**
 * A general category as classes for a regular expression with the flag `v`, or
 * null for one that is not in the table.
 */
export function findCategory(name: string): Category | null {
	if (!Object.hasOwn(unicode16, name)) return null;
	let category = known.get(name);
	if (category === undefined) {
		category = compare(name);
		known.set(name, category);
	}
	return category;
}

function compare(name: string): Category {
	const wanted = membersOf(name);
	const native = new RegExp(`^\\p{${name}}$`, "v");
	const missing: number[] = [];
	const surplus: number[] = [];
	for (const [begin, end] of SEARCHED)
		for (let point = begin; point < end; point++) {
			const isNative = native.test(String.fromCodePoint(point));
			if (isNative === (wanted[point] === 1)) continue;
			(isNative ? surplus : missing).push(point);
		}
	const widened = `\\p{${name}}${ranges(missing)}`;
	return {
		native: `\\p{${name}}`,
		differing: ranges(missing) + ranges(surplus),
		exact:
			surplus.length === 0
				? `[${widened}]`
				: `[[${widened}]--[${ranges(surplus)}]]`,
	};
}

/** Ascending code points as the inside of a class. */
function ranges(points: number[]): string {
	let source = "";
	for (let i = 0; i < points.length; ) {
		let end = i;
		while (points[end + 1] === points[end] + 1) end++;
		source += `\\u{${points[i].toString(16)}}-\\u{${points[end].toString(16)}}`;
		i = end + 1;
	}
	return source;
}

/** Whether each code point is of the category in Unicode 16. */
function membersOf(category: string): Uint8Array {
	const members = new Uint8Array(0x110000);
	eachRange(unicode16[category], (begin, end) => members.fill(1, begin, end));
	return members;
}
