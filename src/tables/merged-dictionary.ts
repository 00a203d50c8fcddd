import { type Data, Type, type Vector } from "apache-arrow";
import type { Run } from "./run.js";

/**
 * One dictionary for values of several: the first one whole, in its order, and of the
 * others the values that are used and that it does not have.
 */
export class MergedDictionary {
	/** Its values. */
	readonly runs: Run[] = [];
	/** How many there are. */
	size = 0;
	/** The place of a value, by what it is. */
	readonly #places = new Map<string, number>();
	readonly #added = new Map<Vector, (index: number) => number>();

	/** Tells the place here of each value of a dictionary. */
	add(dictionary: Vector): (index: number) => number {
		const added = this.#added.get(dictionary);
		if (added !== undefined) return added;
		const isFirst = this.#added.size === 0;
		const places = new Map<number, number>();
		const placeOf = (index: number): number => {
			const known = places.get(index);
			if (known !== undefined) return known;
			const place = this.#placeOf(dictionary, index);
			places.set(index, place);
			return place;
		};
		this.#added.set(dictionary, placeOf);
		if (isFirst)
			for (let i = 0; i < dictionary.length; i++) {
				places.set(i, this.size);
				this.#put(dictionary, i);
			}
		return placeOf;
	}

	#placeOf(dictionary: Vector, index: number): number {
		const key = keyAt(...valueAt(dictionary, index));
		const known = key === null ? undefined : this.#places.get(key);
		return known ?? this.#put(dictionary, index);
	}

	#put(dictionary: Vector, index: number): number {
		const [data, from] = valueAt(dictionary, index);
		const key = keyAt(data, from);
		if (key !== null && !this.#places.has(key))
			this.#places.set(key, this.size);
		this.runs.push({ data, from, to: from + 1 });
		return this.size++;
	}
}

/** Where a value of a dictionary is, which may have grown by parts. */
function valueAt(dictionary: Vector, index: number): [Data, number] {
	let at = index;
	for (const data of dictionary.data) {
		if (at >= 0 && at < data.length) return [data, at];
		at -= data.length;
	}
	throw new Error("a column has values that its dictionary has not");
}

/** The same for equal numbers and texts: their bytes; null for values of other kinds. */
function keyAt(data: Data, index: number): string | null {
	if (!data.getValid(index)) return "null";
	const { typeId, values, valueOffsets, stride, children } = data;
	const isPlain = children.length === 0 && data.variadicBuffers.length === 0;
	if (!isPlain || values === undefined || typeId === Type.Bool) return null;
	const width = stride * values.BYTES_PER_ELEMENT;
	const [start, end] =
		valueOffsets === undefined
			? [index * width, (index + 1) * width]
			: [Number(valueOffsets[index]), Number(valueOffsets[index + 1])];
	const { buffer, byteOffset, byteLength } = values;
	return `=${Buffer.from(buffer, byteOffset, byteLength).toString(
		"latin1",
		start,
		end,
	)}`;
}
