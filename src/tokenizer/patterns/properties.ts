import {
	type CodePointSet,
	category,
	complement,
	union,
	whiteSpace,
} from "../code-points.js";
import { eachRange } from "../unicode-tables.js";
import { otherNames, properties } from "./unicode-properties.js";

/** What all code points are. */
export const anyPoint: CodePointSet = [0, 0x110000];
export const ascii: CodePointSet = [0, 0x80];
const blank: CodePointSet = [0x09, 0x0a];
const control: CodePointSet = [0, 0x20, 0x7f, 0xa0];
const hexDigit: CodePointSet = [0x30, 0x3a, 0x41, 0x47, 0x61, 0x67];
/** What those of both tables are called in the long form. */
const longNames: Readonly<Record<string, string>> = {
	letter: "L",
	uppercaseletter: "Lu",
	lowercaseletter: "Ll",
	titlecaseletter: "Lt",
	modifierletter: "Lm",
	otherletter: "Lo",
	mark: "M",
	combiningmark: "M",
	number: "N",
	punctuation: "P",
	symbol: "S",
};
const shortNames: Readonly<Record<string, string>> = Object.fromEntries(
	["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "P", "S"].map((name) => [
		name.toLowerCase(),
		name,
	]),
);

/** Sets that are made of others. */
const made: Readonly<Record<string, () => CodePointSet>> = {
	any: () => anyPoint,
	assigned: () => complement(named("cn")),
	ascii: () => ascii,
	cc: () => control,
	cs: () => [0xd800, 0xe000],
	co: () => [0xe000, 0xf900, 0xf0000, 0xffffe, 0x100000, 0x10fffe],
	zl: () => [0x2028, 0x2029],
	zp: () => [0x2029, 0x202a],
	z: () => unionOf("zs", "zl", "zp"),
	c: () => unionOf("cc", "cf", "cn", "co", "cs"),
	lc: () => unionOf("lu", "ll", "lt"),
	alnum: () => unionOf("alphabetic", "nd"),
	alpha: () => named("alphabetic"),
	blank: () => union([blank, named("zs")]),
	cntrl: () => control,
	digit: () => named("nd"),
	graph: () =>
		complement(union([whiteSpace, control, named("cn"), [0xd800, 0xe000]])),
	lower: () => named("lowercase"),
	print: () => unionOf("graph", "zs"),
	punct: () => named("p"),
	posixpunct: () => unionOf("p", "s"),
	space: () => whiteSpace,
	upper: () => named("uppercase"),
	xdigit: () => hexDigit,
	word: () => unionOf("alphabetic", "m", "nd", "pc"),
	unknown: () => unionOf("cn", "co", "cs"),
};
const namesOfMade: Readonly<Record<string, string>> = {
	control: "cc",
	surrogate: "cs",
	privateuse: "co",
	lineseparator: "zl",
	paragraphseparator: "zp",
	separator: "z",
	other: "c",
	casedletter: "lc",
	zzzz: "unknown",
};

const known = new Map<string, CodePointSet>();

/**
 * The code points of a property by its name as Oniguruma takes it: without regard to case, spaces,
 * hyphens and underscores. Null: there is none of this name here.
 */
export function findProperty(name: string): CodePointSet | null {
	const key = name.replace(/[ _-]/g, "").toLowerCase();
	let set = known.get(key);
	if (set === undefined) {
		const found = makeProperty(key);
		if (found === null) return null;
		set = found;
		known.set(key, set);
	}
	return set;
}

function makeProperty(key: string): CodePointSet | null {
	const of = (table: Readonly<Record<string, string>>) =>
		Object.hasOwn(table, key) ? table[key] : undefined;
	const general = of(longNames) ?? of(shortNames);
	if (general !== undefined) return category(general);
	const name = of(otherNames) ?? of(namesOfMade) ?? key;
	if (Object.hasOwn(made, name)) return made[name]();
	if (!Object.hasOwn(properties, name)) return null;
	const borders: number[] = [];
	eachRange(properties[name], (begin, end) => borders.push(begin, end));
	return borders;
}

/** @throws Error when there is none. */
export function named(name: string): CodePointSet {
	const set = findProperty(name);
	if (set === null) throw new Error(`no property ${name}`);
	return set;
}

function unionOf(...names: string[]): CodePointSet {
	return union(names.map(named));
}
