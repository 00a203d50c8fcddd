import { Int32Buffer } from "./buffers.js";

/** Lists of whole numbers: list i is `values[offsets[i] .. offsets[i + 1])`. */
export interface IntLists {
	values: Int32Array;
	/** Borders of the lists in `values`: one more than there are lists. */
	offsets: Int32Array;
}

/** Builds lists one by one: add a list's values, then call `endList`. */
export class IntListsBuilder {
	readonly values = new Int32Buffer(64);
	readonly #offsets = new Int32Buffer(64);

	constructor() {
		this.#offsets.push(0);
	}

	/** How many lists are ended. */
	get lists(): number {
		return this.#offsets.length - 1;
	}

	endList(): void {
		this.#offsets.push(this.values.length);
	}

	/** Removes the list that was ended last, and returns a copy of it. */
	takeLast(): Int32Array {
		const lists = this.lists - 1;
		const from = this.#offsets.array[lists];
		const last = this.values.view().slice(from);
		this.values.length = from;
		this.#offsets.length--;
		return last;
	}

	/** Adds some lists of others. */
	addLists(lists: IntLists, from: number, to: number): void {
		const { values, offsets } = lists;
		const shift = this.values.length - offsets[from];
		this.values.append(values.subarray(offsets[from], offsets[to]));
		for (let i = from; i < to; i++) this.#offsets.push(offsets[i + 1] + shift);
	}

	/** The lists so far: views, valid until the builder is written to again. */
	view(): IntLists {
		return { values: this.values.view(), offsets: this.#offsets.view() };
	}

	/** Empties the builder and keeps its memory. */
	clear(): void {
		this.values.length = 0;
		this.#offsets.length = 1;
	}
}

/** The values of a list. */
export function listAt(
	{ values, offsets }: IntLists,
	list: number,
): Int32Array {
	return values.subarray(offsets[list], offsets[list + 1]);
}

/** Some of the lists, in the order that they are named in: a copy. */
export function selectLists(
	lists: IntLists,
	wanted: readonly number[],
): IntLists {
	const builder = new IntListsBuilder();
	for (const list of wanted) builder.addLists(lists, list, list + 1);
	return builder.view();
}

/** Whether a stretch has a part of one of some spans: pairs of a beginning and an end, in order. */
export function overlaps(
	spans: Int32Array,
	start: number,
	end: number,
): boolean {
	let low = 0;
	let high = spans.length / 2;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (spans[2 * middle + 1] <= start) low = middle + 1;
		else high = middle;
	}
	return low < spans.length / 2 && spans[2 * low] < end;
}
