import { type CodePointSet, has } from "./code-points.js";
import { ROW_AT_END, ROW_BYTES, ROW_CLASSES } from "./layout.js";
import { eachNode, mayBeEmpty, type PatternNode } from "./patterns/tree.js";
import { type AutomatonRow, isLinear } from "./split-linear.js";

const ROW = ROW_BYTES / 4;
const ASCII = ROW_CLASSES / 4;
const AT_END = ROW_AT_END / 4;
const MOST_STATES = 2000;
/** Entries of a row for when nothing more can match. */
const STOP = 1;
const STOP_MATCHED = 0x7fffffff;

/**
 * A split pattern as a deterministic automaton over characters. An entry of a
 * row is the address of the next row, in bytes from the first; from `matching`
 * on, that address says that a match ended before the character; an odd one,
 * that nothing more can match.
 */
export interface SplitAutomaton {
	rows: Int32Array;
	/** The row to begin in. */
	first: number;
	matching: number;
	/** From this address on, rows also stay the same by any of a to z. */
	looping: number;
	/** Classes of code points from U+0080 on: a page for each 256. */
	pages: Uint16Array;
	classes: Uint8Array;
	/** For each byte, whether a match may begin with it. */
	starts: Uint8Array;
	/** Whether searches surely take a time that is linear in the length of the text. */
	isLinear: boolean;
}

/** Whether an entry of a row is the address of another. */
export function isRow(entry: number): boolean {
	return (entry & 1) === 0;
}

type State =
	| { kind: "set"; set: CodePointSet; next: number }
	| { kind: "not-next"; set: CodePointSet; next: number }
	| { kind: "split"; next: number[] }
	/** A split of which one way is a round of a loop, and the other leaves it. */
	| { kind: "loop"; next: number[]; exit: number }
	| { kind: "match" };

/** How often a part may be repeated by number. */
const MOST_COPIES = 100;

/**
 * Makes the automaton that finds what a backtracking matcher finds: of all
 * matches the one that it tries first. Its states are lists of threads in the
 * order of their priority, cut off after one that matches (as in RE2; Cox,
 * "Regular Expression Matching: the Virtual Machine Approach"); matches are
 * seen one character late, which lets them look ahead by one.
 * @returns null when the pattern matches nothing at all somewhere, needs too
 * many states or classes, or uses what no automaton has: back references, anchors, look-behind,
 * look-ahead by more than a character, atomic groups.
 */
export function compileAutomaton(pattern: PatternNode): SplitAutomaton | null {
	const states: State[] = [{ kind: "match" }];
	const first = build(pattern, 0, states);
	if (first === null || states.length > MOST_STATES) return null;
	const alphabet = classify(
		states.flatMap((state) => ("set" in state ? [state.set] : [])),
	);
	if (alphabet === null) return null;
	const symbols = [
		...Array.from({ length: ASCII }, (_, byte) => byte),
		...alphabet.representatives,
	];

	interface Row extends AutomatonRow {
		threads: number[];
		entries: (Row | typeof STOP | typeof STOP_MATCHED)[];
	}
	const known = new Map<string, Row>();
	const found: Row[] = [];
	const rowOf = (threads: number[], matched: boolean) => {
		const key = `${matched} ${threads.join(" ")}`;
		let row = known.get(key);
		if (row === undefined) {
			row = { threads, matched, entries: [] };
			known.set(key, row);
			found.push(row);
		}
		return row;
	};
	const start = rowOf(follow(states, first, [], new Set()), false);
	for (let i = 0; i < found.length; i++) {
		if (found.length > MOST_STATES) return null;
		for (const symbol of [...symbols, -1]) {
			const { threads, matched } = step(states, found[i].threads, symbol);
			if (matched && found[i] === start) return null;
			if (threads.length > 0) found[i].entries.push(rowOf(threads, matched));
			else found[i].entries.push(matched ? STOP_MATCHED : STOP);
		}
	}

	const loops = (row: Row) =>
		row.entries.slice(0x61, 0x7b).every((entry) => entry === row);
	const unmatched = found.filter((row) => !row.matched);
	const matched = found.filter((row) => row.matched);
	const looping = matched.filter(loops);
	const ordered = [
		...unmatched,
		...matched.filter((row) => !loops(row)),
		...looping,
	];
	const addresses = new Map(ordered.map((row, i) => [row, i * ROW_BYTES]));
	const rows = new Int32Array(ordered.length * ROW).fill(STOP);
	ordered.forEach((row, i) => {
		const last = row.entries.length - 1;
		row.entries.forEach((entry, symbol) => {
			const value =
				typeof entry === "number" ? entry : (addresses.get(entry) as number);
			rows[i * ROW + (symbol === last ? AT_END : symbol)] = value;
		});
	});
	const mayStart = (symbol: number) => start.entries[symbol] !== STOP;
	const starts = new Uint8Array(256);
	for (let byte = 0; byte < ASCII; byte++)
		starts[byte] = Number(mayStart(byte));
	alphabet.eachRange((begin, end, symbolClass) => {
		if (mayStart(ASCII + symbolClass))
			starts.fill(1, leadByte(begin), leadByte(end - 1) + 1);
	});
	return {
		rows,
		first: addresses.get(start) as number,
		matching: unmatched.length * ROW_BYTES,
		looping: (ordered.length - looping.length) * ROW_BYTES,
		pages: alphabet.pages,
		classes: alphabet.classes,
		starts,
		isLinear: isLinear(found, start),
	};
}

const compiled = new WeakMap<PatternNode, SplitAutomaton | null>();

/** The automaton of a pattern, made once; null when there is none that surely takes a linear time. */
export function automatonOf(pattern: PatternNode): SplitAutomaton | null {
	let automaton = compiled.get(pattern);
	if (automaton === undefined) {
		automaton = compileAutomaton(pattern);
		if (!automaton?.isLinear) automaton = null;
		compiled.set(pattern, automaton);
	}
	return automaton;
}

/**
 * Adds the states of a node, which go on to `next`, and returns the first; null: no automaton has
 * what the node is.
 */
function build(
	node: PatternNode,
	next: number,
	states: State[],
): number | null {
	const add = (state: State) => states.push(state) - 1;
	/** The states of one part before those of others. */
	const before = (part: PatternNode, after: number | null) =>
		after === null || states.length > MOST_STATES
			? null
			: build(part, after, states);
	switch (node.kind) {
		case "set":
			return add({ kind: "set", set: node.set, next });
		case "look":
			if (node.isBehind || !node.isNegative || node.part.kind !== "set")
				return null;
			return add({ kind: "not-next", set: node.part.set, next });
		case "group":
			return build(node.part, next, states);
		case "sequence":
			return node.parts.reduceRight<number | null>(
				(after, part) => before(part, after),
				next,
			);
		case "choice": {
			const options = node.options.map((option) => before(option, next));
			if (options.includes(null)) return null;
			return add({ kind: "split", next: options as number[] });
		}
		case "repeat": {
			const { part, least, most, isLazy } = node;
			if ((most === Number.POSITIVE_INFINITY ? least : most) > MOST_COPIES)
				return null;
			const ways = (round: number, exit: number) =>
				isLazy ? [exit, round] : [round, exit];
			let after: number | null = next;
			if (most === Number.POSITIVE_INFINITY) {
				if (mayBeEmpty(part) && looks(part)) return null;
				const loop: State = { kind: "loop", next: [], exit: next };
				after = add(loop);
				const round = before(part, after);
				if (round === null) return null;
				loop.next.push(...ways(round, next));
			} else
				for (let i = least; i < most; i++) {
					const round: number | null = before(part, after);
					if (round === null) return null;
					after = add({ kind: "split", next: ways(round, next) });
				}
			for (let i = 0; i < least; i++) after = before(part, after);
			return after;
		}
		default:
			return null;
	}
}

function looks(part: PatternNode): boolean {
	let found = false;
	eachNode(part, ({ kind }) => {
		found ||= kind === "look";
	});
	return found;
}

/**
 * Adds to `threads` the states that a state leads to without a character. A loop that is come to
 * again before a character is left.
 */
function follow(
	states: State[],
	from: number,
	threads: number[],
	seen: Set<number>,
	open: Set<number> = new Set(),
): number[] {
	const state = states[from];
	if (state.kind === "loop" && open.has(from))
		return follow(states, state.exit, threads, seen, open);
	if (seen.has(from)) return threads;
	seen.add(from);
	if (state.kind === "loop") {
		open.add(from);
		for (const next of state.next) {
			if (next === state.exit) open.delete(from);
			follow(states, next, threads, seen, open);
			open.add(from);
		}
		open.delete(from);
	} else if (state.kind === "split")
		for (const next of state.next) follow(states, next, threads, seen, open);
	else threads.push(from);
	return threads;
}

/** What threads become by a code point, or by the end of the text, -1. */
function step(
	states: State[],
	threads: number[],
	point: number,
): { threads: number[]; matched: boolean } {
	const after: number[] = [];
	const seen = new Set<number>();
	/** Whether a match ends here, so that threads of lower priority end. */
	const visit = (thread: number): boolean => {
		const state = states[thread];
		if (state.kind === "match") return true;
		if (state.kind === "set" && point !== -1 && has(state.set, point))
			follow(states, state.next, after, seen);
		if (state.kind === "not-next" && (point === -1 || !has(state.set, point)))
			return follow(states, state.next, [], new Set()).some(visit);
		return false;
	};
	return { matched: threads.some(visit), threads: after };
}

/**
 * Groups the code points from U+0080 on that no set tells apart; null when
 * there are more groups than a row has room for.
 */
function classify(sets: readonly CodePointSet[]) {
	const borders = [...new Set([ASCII, 0x110000, ...sets.flat()])]
		.filter((border) => border >= ASCII)
		.sort((a, b) => a - b);
	const distinct = [...new Set(sets)];
	const known = new Map<string, number>();
	const representatives: number[] = [];
	const ranges: [number, number, number][] = [];
	const points = new Uint8Array(0x110000);
	for (let i = 0; i + 1 < borders.length; i++) {
		const begin = borders[i];
		const key = distinct.map((set) => Number(has(set, begin))).join("");
		let symbolClass = known.get(key);
		if (symbolClass === undefined) {
			symbolClass = representatives.push(begin) - 1;
			known.set(key, symbolClass);
		}
		points.fill(symbolClass, begin, borders[i + 1]);
		ranges.push([begin, borders[i + 1], symbolClass]);
	}
	if (representatives.length > ROW - ASCII - 1) return null;
	return {
		...pagesOf(points),
		representatives,
		eachRange: (visit: (begin: number, end: number, c: number) => void) => {
			for (const range of ranges) visit(...range);
		},
	};
}

/** A table by code point as pages of 256, of which equal ones are held once. */
export function pagesOf(points: Uint8Array): {
	pages: Uint16Array;
	classes: Uint8Array;
} {
	const pages = new Uint16Array(points.length >> 8);
	const known = new Map<string, number>();
	const kept: Uint8Array[] = [];
	for (let page = 0; page < pages.length; page++) {
		const content = points.subarray(page << 8, (page + 1) << 8);
		const key = String.fromCharCode.apply(null, content as unknown as number[]);
		let index = known.get(key);
		if (index === undefined) {
			index = kept.push(content) - 1;
			known.set(key, index);
		}
		pages[page] = index;
	}
	const classes = new Uint8Array(kept.length << 8);
	for (const [index, content] of kept.entries())
		classes.set(content, index << 8);
	return { pages, classes };
}

function leadByte(point: number): number {
	if (point < 0x800) return 0xc0 | (point >> 6);
	if (point < 0x10000) return 0xe0 | (point >> 12);
	return 0xf0 | (point >> 18);
}
