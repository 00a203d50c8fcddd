import { type CodePointSet, intersection } from "../code-points.js";
import { type Alphabet, makeAlphabet } from "./alphabet.js";
import { unknownHere } from "./pattern-error.js";
import { eachNode, mayBeEmpty, type PatternNode, type Place } from "./tree.js";

/** What a step does; of each step there are three numbers, `x`, `y` and `z`. */
export const OP = {
	/** The next character is of set x: on to y. */
	set: 0,
	/** The same with the character before here. */
	setBehind: 1,
	/** On to x, and to y where that fails; number z of its kind. */
	split: 2,
	match: 3,
	/** Here is the place x: on to y. */
	place: 4,
	/** Here is a border of set x (none: z is 1): on to y. */
	border: 5,
	/** What begins at step x matches here (does not: z is 1): on to y. */
	look: 6,
	/** What begins at x matches: on to y from where it ends. */
	atomic: 7,
	/** As many characters of set x as there are: on to y. */
	run: 8,
	/** A round of the loop of depth x begins: on to y. */
	round: 9,
	/** It ends: on to y where it took text, and else to z. */
	roundEnd: 10,
	/** Group x begins, or ends: on to y. */
	groupStart: 11,
	groupEnd: 12,
	/** What one of the groups of list x has matched: on to y. Any case: z is 1. */
	sameAgain: 13,
	/** The match begins here: on to y. */
	keep: 14,
} as const;

export const places: readonly Place[] = [
	"text-start",
	"text-end",
	"last-line-end",
	"line-start",
	"line-end",
	"search-start",
];

/** A regular expression as steps for a backtracking matcher. */
export interface Program {
	ops: Uint8Array;
	x: Int32Array;
	y: Int32Array;
	z: Int32Array;
	start: number;
	splits: number;
	/** How deep loops lie in each other whose rounds may take no text. */
	loopDepth: number;
	groups: number;
	groupLists: number[][];
	alphabet: Alphabet;
	/** Which classes a match may begin with; null: it may be empty, or nothing is known. */
	starts: Uint8Array | null;
	/** Whether a match depends on what groups have matched, or has another start. */
	remembers: boolean;
	looksBehind: boolean;
	usesSearchStart: boolean;
	atomicSteps: boolean;
}

const MOST_STEPS = 100_000;
const MOST_LOOP_DEPTH = 6;
/** How far steps are followed for what a match may begin with. */
const MOST_DEPTH = 1000;

/** @throws PatternError where it would take too many steps. */
export function compileProgram(tree: PatternNode): Program {
	return new Compiler().compile(tree);
}

class Compiler {
	readonly #steps: [number, number, number, number][] = [];
	readonly #sets = new Map<string, number>();
	readonly #setList: CodePointSet[] = [];
	readonly #groupLists: number[][] = [];
	#splits = 0;
	#depth = 0;
	#remembers = false;

	compile(tree: PatternNode): Program {
		let groups = 0;
		const features = {
			looksBehind: false,
			usesSearchStart: false,
			atomicSteps: false,
		};
		eachNode(tree, (node) => {
			if (node.kind === "group") groups = Math.max(groups, node.number);
			if (node.kind === "same-again" || node.kind === "match-start")
				this.#remembers = true;
			if (node.kind === "atomic") features.atomicSteps = true;
			if (node.kind === "look" && node.isBehind) features.looksBehind = true;
			if (node.kind === "place" && node.at === "search-start")
				features.usesSearchStart = true;
		});
		const start = this.#build(tree, this.#add(OP.match), false, 0);
		const alphabet = makeAlphabet(this.#setList);
		const column = (i: number) =>
			Int32Array.from(this.#steps, (step) => step[i]);
		const program: Program = {
			ops: Uint8Array.from(this.#steps, (step) => step[0]),
			x: column(1),
			y: column(2),
			z: column(3),
			start,
			splits: this.#splits,
			loopDepth: this.#depth,
			groups,
			groupLists: this.#groupLists,
			alphabet,
			starts: null,
			remembers: this.#remembers,
			...features,
		};
		for (let i = 0; i < program.ops.length; i++)
			if (
				[OP.set, OP.setBehind, OP.border, OP.run].includes(program.ops[i] as 0)
			)
				program.x[i] *= alphabet.count;
		program.starts = startsOf(program);
		return program;
	}

	#add(op: number, x = 0, y = 0, z = 0): number {
		if (this.#steps.length >= MOST_STEPS)
			throw unknownHere(`repetitions of more than ${MOST_STEPS} steps`);
		return this.#steps.push([op, x, y, z]) - 1;
	}

	#set(set: CodePointSet): number {
		const key = set.join();
		let index = this.#sets.get(key);
		if (index === undefined) {
			index = this.#setList.push(set) - 1;
			this.#sets.set(key, index);
		}
		return index;
	}

	/** Adds the steps of a node, which go on to `next`, and returns the first. */
	#build(
		node: PatternNode,
		next: number,
		isBehind: boolean,
		depth: number,
	): number {
		const inner = (part: PatternNode, after: number) =>
			this.#build(part, after, isBehind, depth);
		switch (node.kind) {
			case "set":
				return this.#add(
					isBehind ? OP.setBehind : OP.set,
					this.#set(node.set),
					next,
				);
			case "sequence": {
				const parts = isBehind ? node.parts : node.parts.toReversed();
				return parts.reduce((after, part) => inner(part, after), next);
			}
			case "choice":
				return node.options
					.map((option) => inner(option, next))
					.reduceRight((rest, option) => this.#split(option, rest));
			case "repeat":
				return this.#repeat(node, next, isBehind, depth);
			case "atomic": {
				const { part } = node;
				if (
					part.kind === "repeat" &&
					part.part.kind === "set" &&
					part.most === Number.POSITIVE_INFINITY &&
					!part.isLazy
				) {
					const set = part.part;
					let first = this.#add(OP.run, this.#set(set.set), next);
					for (let i = 0; i < part.least; i++) first = inner(set, first);
					return first;
				}
				const end = this.#add(OP.match);
				return this.#add(OP.atomic, this.#build(part, end, false, 0), next);
			}
			case "look": {
				const end = this.#add(OP.match);
				const part = this.#build(node.part, end, node.isBehind, 0);
				return this.#add(OP.look, part, next, Number(node.isNegative));
			}
			case "place":
				return this.#add(OP.place, places.indexOf(node.at), next);
			case "border":
				return this.#add(
					OP.border,
					this.#set(node.set),
					next,
					Number(node.isNegative),
				);
			case "group": {
				if (!this.#remembers) return inner(node.part, next);
				const end = this.#add(OP.groupEnd, node.number, next);
				return this.#add(OP.groupStart, node.number, inner(node.part, end));
			}
			case "same-again":
				return this.#add(
					OP.sameAgain,
					this.#groupLists.push(node.groups.toReversed()) - 1,
					next,
					Number(node.foldsCase),
				);
			case "match-start":
				return this.#add(OP.keep, 0, next);
		}
	}

	#split(first: number, second: number): number {
		return this.#add(OP.split, first, second, this.#splits++);
	}

	/** Whether fewer characters of a set cannot lead to a match where all that there are do not. */
	#neverGivesBack(set: CodePointSet, next: number): boolean {
		const [op, x] = this.#steps[next];
		if (op === OP.match) return true;
		return op === OP.set && intersection(set, this.#setList[x]).length === 0;
	}

	#repeat(
		node: PatternNode & { kind: "repeat" },
		next: number,
		isBehind: boolean,
		depth: number,
	): number {
		const { part, least, most, isLazy } = node;
		const either = (first: number, second: number) =>
			isLazy ? this.#split(second, first) : this.#split(first, second);
		let after = next;
		if (
			most === Number.POSITIVE_INFINITY &&
			part.kind === "set" &&
			!isLazy &&
			!isBehind &&
			this.#neverGivesBack(part.set, next)
		)
			after = this.#add(OP.run, this.#set(part.set), next);
		else if (most === Number.POSITIVE_INFINITY) {
			const head = either(0, next);
			let body: number;
			if (mayBeEmpty(part)) {
				if (depth === MOST_LOOP_DEPTH)
					throw unknownHere(
						`more than ${MOST_LOOP_DEPTH} repetitions in each other of what may match nothing`,
					);
				this.#depth = Math.max(this.#depth, depth + 1);
				const end = this.#add(OP.roundEnd, 1 << depth, head, next);
				const first = this.#build(part, end, isBehind, depth + 1);
				body = this.#add(OP.round, 1 << depth, first);
			} else body = this.#build(part, head, isBehind, depth);
			this.#steps[head][isLazy ? 2 : 1] = body;
			after = head;
		} else
			for (let i = least; i < most; i++)
				after = either(this.#build(part, after, isBehind, depth), next);
		for (let i = 0; i < least; i++)
			after = this.#build(part, after, isBehind, depth);
		return after;
	}
}

/** Which classes a match may begin with; null: any. */
function startsOf(program: Program): Uint8Array | null {
	const { ops, x, y, z, alphabet } = program;
	const starts = new Uint8Array(alphabet.count);
	/** Follows steps that take no text; whether a match may be empty. */
	const follow = (from: number, seen: Set<number>, depth = 0): boolean => {
		if (seen.has(from)) return false;
		// Nothing is known then.
		if (depth > MOST_DEPTH) return true;
		seen.add(from);
		switch (ops[from]) {
			case OP.set:
				for (let i = 0; i < alphabet.count; i++)
					starts[i] |= alphabet.members[x[from] + i];
				return false;
			case OP.split: {
				const first = follow(x[from], seen, depth + 1);
				return follow(y[from], seen, depth + 1) || first;
			}
			case OP.match:
				return true;
			case OP.atomic:
				return (
					follow(x[from], new Set(), depth + 1) &&
					follow(y[from], seen, depth + 1)
				);
			case OP.run:
				for (let i = 0; i < alphabet.count; i++)
					starts[i] |= alphabet.members[x[from] + i];
				return follow(y[from], seen, depth + 1);
			case OP.roundEnd:
				return follow(z[from], seen, depth + 1);
			case OP.sameAgain:
				return true;
			default:
				return follow(y[from], seen, depth + 1);
		}
	};
	return follow(program.start, new Set()) ? null : starts;
}
