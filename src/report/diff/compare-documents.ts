import { orderBy } from "../../core/order-by.js";
import type { Diffing } from "./diffing.js";
import { AT, isWhole, spillFor, WIDTH } from "./document-records.js";
import { Firsts } from "./firsts.js";
import type { Spill } from "./spill.js";

/** A document of a side: its task and its number there. */
export interface DocumentPlace {
	task: number;
	number: number;
	tokens: number;
}

/** What came of comparing the documents of two sides. */
export class ComparedDocuments {
	same = 0;
	moved = 0;
	inPart = 0;
	readonly changed: Firsts<{ a: DocumentPlace; b: DocumentPlace }>;
	readonly added: Firsts<DocumentPlace>;
	readonly gone: Firsts<DocumentPlace>;

	constructor(limit: number) {
		this.changed = new Firsts(limit);
		this.added = new Firsts(limit);
		this.gone = new Firsts(limit);
	}
}

/**
 * Compares the documents of two sides, partition by partition: those with the same id, or the same tokens;
 * then those without an id that are left, by their places.
 */
export async function compareDocuments(
	a: Spill,
	b: Spill,
	documents: number,
	diffing: Diffing,
): Promise<ComparedDocuments> {
	const result = new ComparedDocuments(diffing.limit);
	const left = [spillFor(documents), spillFor(documents)];
	try {
		await compareAll(a, b, new Comparison(result, left), diffing);
		for (const spill of left) await spill.finish();
		await compareAll(left[0], left[1], new Comparison(result, null), diffing);
	} finally {
		for (const spill of left) await spill.remove();
	}
	return result;
}

async function compareAll(
	a: Spill,
	b: Spill,
	comparison: Comparison,
	{ onRows }: Diffing,
): Promise<void> {
	for (let partition = 0; partition < a.partitions; partition++) {
		await comparison.compare(await a.read(partition), await b.read(partition));
		onRows(0);
	}
}

/** The words that say whether two documents are the same, after their keys. */
const CONTENT = [AT.content, AT.content + 1, AT.tokens, AT.inRows];
const PLACE = [AT.place, AT.place + 1];
const KEY = [AT.key, AT.key + 1];

class Comparison {
	readonly #result: ComparedDocuments;
	/** Where documents without an id go that are not found by their tokens; null: their keys are their places. */
	readonly #left: Spill[] | null;

	constructor(result: ComparedDocuments, left: Spill[] | null) {
		this.#result = result;
		this.#left = left;
	}

	async compare(a: Int32Array, b: Int32Array): Promise<void> {
		const orderA = byKey(a);
		const orderB = byKey(b);
		let i = 0;
		let j = 0;
		while (i < orderA.length || j < orderB.length) {
			const atA = orderA[i] * WIDTH;
			const atB = orderB[j] * WIDTH;
			const order =
				i === orderA.length
					? 1
					: j === orderB.length
						? -1
						: compared(a, atA, b, atB, KEY);
			const endA = order <= 0 ? endOfKey(a, orderA, i) : i;
			const endB = order >= 0 ? endOfKey(b, orderB, j) : j;
			if (endA - i === 1 && endB - j === 1) this.#compareTwo(a, atA, b, atB);
			else if (endA - i === 1 && endB === j) this.#addLeft(a, atA, 0);
			else if (endA === i && endB - j === 1) this.#addLeft(b, atB, 1);
			else
				this.#compareAlike(
					sortedRun(a, orderA.subarray(i, endA)),
					sortedRun(b, orderB.subarray(j, endB)),
				);
			i = endA;
			j = endB;
		}
		for (const spill of this.#left ?? []) if (spill.isFull) await spill.write();
	}

	#compareTwo(a: Int32Array, atA: number, b: Int32Array, atB: number): void {
		if (compared(a, atA, b, atB, CONTENT) !== 0) {
			this.#addPair(a, atA, b, atB);
			return;
		}
		this.#result.same++;
		const isMoved =
			a[atA + AT.hasId] === 0 && compared(a, atA, b, atB, PLACE) !== 0;
		if (isMoved) this.#result.moved++;
	}

	/** Compares documents of one key: equal ones first, then what is left in order. */
	#compareAlike(a: Run, b: Run): void {
		const rest: [number[], number[]] = [[], []];
		for (const [first, second] of runs(a, b, CONTENT)) {
			const same = Math.min(first.places.length, second.places.length);
			if (same > 0) this.#addSame(first, second, same);
			const [ofA, ofB] = commonFirst(first, second);
			for (const at of ofA.slice(same)) rest[0].push(at);
			for (const at of ofB.slice(same)) rest[1].push(at);
		}
		const pairs = Math.min(rest[0].length, rest[1].length);
		for (let i = 0; i < pairs; i++)
			this.#addPair(a.records, rest[0][i], b.records, rest[1][i]);
		for (const at of rest[0].slice(pairs)) this.#addLeft(a.records, at, 0);
		for (const at of rest[1].slice(pairs)) this.#addLeft(b.records, at, 1);
	}

	#addSame(a: Run, b: Run, same: number): void {
		this.#result.same += same;
		if (a.records[a.places[0] + AT.hasId] === 1) return;
		let inPlace = 0;
		for (const [first, second] of runs(a, b, PLACE))
			inPlace += Math.min(first.places.length, second.places.length);
		this.#result.moved += Math.max(0, same - inPlace);
	}

	/** Documents of one id or place whose tokens are others, or cannot be compared. */
	#addPair(a: Int32Array, atA: number, b: Int32Array, atB: number): void {
		const isAlike = a[atA + AT.tokens] === b[atB + AT.tokens];
		if (isAlike && !(isWhole(a, atA) && isWhole(b, atB))) {
			this.#result.same++;
			this.#result.inPart++;
			return;
		}
		const places = { a: placeOf(a, atA), b: placeOf(b, atB) };
		this.#result.changed.add(orderOf(places.b), places);
	}

	#addLeft(records: Int32Array, at: number, side: 0 | 1): void {
		const left = this.#left?.[side];
		if (left !== undefined && records[at + AT.hasId] === 0) {
			const record = records.slice(at, at + WIDTH);
			record[AT.key] = record[AT.place];
			record[AT.key + 1] = record[AT.place + 1];
			left.add(left.partitionOf(record[AT.key]), record);
			return;
		}
		const place = placeOf(records, at);
		const { gone, added } = this.#result;
		(side === 0 ? gone : added).add(orderOf(place), place);
	}
}

function placeOf(records: Int32Array, at: number): DocumentPlace {
	return {
		task: records[at + AT.task],
		number: records[at + AT.number],
		tokens: records[at + AT.tokens],
	};
}

const orderOf = ({ task, number }: DocumentPlace) => task * 2 ** 32 + number;

/** Where some records begin, in the order of what they are compared by. */
interface Run {
	records: Int32Array;
	places: readonly number[];
}

/** Records of one key, by their content, then by their places. */
function sortedRun(records: Int32Array, order: Uint32Array): Run {
	const words = [...CONTENT, ...PLACE];
	const places = Array.from(order, (record) => record * WIDTH);
	// Those that are alike stay in their order.
	places.sort((a, b) => compared(records, a, records, b, words));
	return { records, places };
}

/** The records of two sides that are alike in some words, which both are sorted by; one of the two may be empty. */
function* runs(
	a: Run,
	b: Run,
	words: readonly number[],
): Generator<[Run, Run]> {
	let i = 0;
	let j = 0;
	while (i < a.places.length || j < b.places.length) {
		const order =
			i === a.places.length
				? 1
				: j === b.places.length
					? -1
					: compared(a.records, a.places[i], b.records, b.places[j], words);
		const fromA = i;
		const fromB = j;
		if (order <= 0) i = endOf(a, i, words);
		if (order >= 0) j = endOf(b, j, words);
		yield [partOf(a, fromA, i), partOf(b, fromB, j)];
	}
}

/** Where the records of two sides begin, those that have one of the same place on the other side first. */
function commonFirst(a: Run, b: Run): [readonly number[], readonly number[]] {
	const isEven = a.places.length === b.places.length;
	if (isEven || a.places.length === 0 || b.places.length === 0)
		return [a.places, b.places];
	const common: [number[], number[]] = [[], []];
	const rest: [number[], number[]] = [[], []];
	for (const pair of runs(a, b, PLACE)) {
		const both = Math.min(pair[0].places.length, pair[1].places.length);
		for (const side of [0, 1] as const)
			for (const [i, at] of pair[side].places.entries())
				(i < both ? common : rest)[side].push(at);
	}
	return [common[0].concat(rest[0]), common[1].concat(rest[1])];
}

function partOf({ records, places }: Run, from: number, to: number): Run {
	return { records, places: places.slice(from, to) };
}

function endOf(
	{ records, places }: Run,
	from: number,
	words: readonly number[],
): number {
	let end = from + 1;
	while (
		end < places.length &&
		compared(records, places[from], records, places[end], words) === 0
	)
		end++;
	return end;
}

function byKey(records: Int32Array): Uint32Array {
	const count = records.length / WIDTH;
	return orderBy(
		KEY.map((word) => {
			const values = new Int32Array(count);
			for (let i = 0; i < count; i++) values[i] = records[i * WIDTH + word];
			return values;
		}),
	);
}

function endOfKey(
	records: Int32Array,
	order: Uint32Array,
	from: number,
): number {
	let end = from + 1;
	const at = order[from] * WIDTH;
	while (
		end < order.length &&
		compared(records, at, records, order[end] * WIDTH, KEY) === 0
	)
		end++;
	return end;
}

/** By the order of `orderBy`: words as unsigned numbers. */
function compared(
	a: Int32Array,
	atA: number,
	b: Int32Array,
	atB: number,
	words: readonly number[],
): number {
	for (const word of words) {
		const difference = (a[atA + word] >>> 0) - (b[atB + word] >>> 0);
		if (difference !== 0) return difference;
	}
	return 0;
}
