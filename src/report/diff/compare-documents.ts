import { orderBy } from "../../core/order-by.js";
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
	limit: number,
): Promise<ComparedDocuments> {
	const result = new ComparedDocuments(limit);
	const left = [spillFor(documents), spillFor(documents)];
	try {
		await compareAll(a, b, new Comparison(result, left));
		for (const spill of left) await spill.finish();
		await compareAll(left[0], left[1], new Comparison(result, null));
	} finally {
		for (const spill of left) await spill.remove();
	}
	return result;
}

async function compareAll(
	a: Spill,
	b: Spill,
	comparison: Comparison,
): Promise<void> {
	for (let partition = 0; partition < a.partitions; partition++)
		await comparison.compare(await a.read(partition), await b.read(partition));
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
		const sides = [new Sorted(a), new Sorted(b)];
		for (const [first, second] of runs(sides[0], sides[1], KEY))
			this.#compareAlike(first, second);
		for (const spill of this.#left ?? []) if (spill.isFull) await spill.write();
	}

	/** Compares documents of one key: equal ones first, then what is left in order. */
	#compareAlike(a: Run, b: Run): void {
		const rest: [number[], number[]] = [[], []];
		for (const [first, second] of runs(a, b, CONTENT)) {
			const same = Math.min(first.count, second.count);
			if (same > 0) this.#addSame(first, second, same);
			for (let i = same; i < first.count; i++) rest[0].push(first.at(i));
			for (let i = same; i < second.count; i++) rest[1].push(second.at(i));
		}
		const pairs = Math.min(rest[0].length, rest[1].length);
		for (let i = 0; i < pairs; i++)
			this.#addPair(a.records, rest[0][i], b.records, rest[1][i]);
		for (const at of rest[0].slice(pairs)) this.#addLeft(a.records, at, 0);
		for (const at of rest[1].slice(pairs)) this.#addLeft(b.records, at, 1);
	}

	#addSame(a: Run, b: Run, same: number): void {
		this.#result.same += same;
		if (a.records[a.at(0) + AT.hasId] === 1) return;
		let inPlace = 0;
		for (const [first, second] of runs(a, b, PLACE))
			inPlace += Math.min(first.count, second.count);
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

/** Some of the records of a partition, in the order of what they are compared by. */
interface Run {
	records: Int32Array;
	count: number;
	/** Where in the records the i-th of them begins. */
	at(i: number): number;
	part(from: number, to: number): Run;
}

class Sorted implements Run {
	readonly records: Int32Array;
	readonly count: number;
	readonly #order: Uint32Array;
	readonly #first: number;

	constructor(
		records: Int32Array,
		order = orderOfAll(records),
		first = 0,
		count = order.length,
	) {
		this.records = records;
		this.#order = order;
		this.#first = first;
		this.count = count;
	}

	at(i: number): number {
		return this.#order[this.#first + i] * WIDTH;
	}

	part(from: number, to: number): Run {
		return new Sorted(this.records, this.#order, this.#first + from, to - from);
	}
}

function orderOfAll(records: Int32Array): Uint32Array {
	const count = records.length / WIDTH;
	const words = [...KEY, ...CONTENT, ...PLACE].map((word) => {
		const values = new Int32Array(count);
		for (let i = 0; i < count; i++) values[i] = records[i * WIDTH + word];
		return values;
	});
	return orderBy(words);
}

/** The records of two sides that are alike in some words, which both are sorted by; one of the two may be empty. */
function* runs(
	a: Run,
	b: Run,
	words: readonly number[],
): Generator<[Run, Run]> {
	let i = 0;
	let j = 0;
	while (i < a.count || j < b.count) {
		const order =
			i === a.count
				? 1
				: j === b.count
					? -1
					: compared(a.records, a.at(i), b.records, b.at(j), words);
		const fromA = i;
		const fromB = j;
		if (order <= 0) i = endOf(a, i, words);
		if (order >= 0) j = endOf(b, j, words);
		yield [a.part(fromA, i), b.part(fromB, j)];
	}
}

function endOf(run: Run, from: number, words: readonly number[]): number {
	let end = from + 1;
	const { records } = run;
	while (
		end < run.count &&
		compared(records, run.at(from), records, run.at(end), words) === 0
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
