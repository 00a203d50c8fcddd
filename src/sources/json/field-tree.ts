import type { FieldPath } from "../records/fields.js";

/** A field that is wanted, or in which one is. */
interface Field {
	/** -1: only one within it is wanted. */
	number: number;
	within: Map<string, Field>;
	/** The first number of it and all within it, and the number after their last. */
	first: number;
	after: number;
	address: number;
}

/** Wanted fields, as kernel/fields.ts reads them. */
export interface FieldTree {
	image: Uint8Array;
	/** The number of each path: equal paths have the same one. */
	numbers: number[];
	/** How many numbers there are. */
	count: number;
	/** The address of each path's field. */
	addresses: number[];
}

const HEADER_BYTES = 20;
const CHILD_BYTES = 12;

/** @param at The address that the image goes to. */
export function fieldTree(paths: readonly FieldPath[], at: number): FieldTree {
	const top = newField();
	const fields = paths.map((path) => {
		let field = top;
		for (const name of path) {
			const inner = field.within.get(name) ?? newField();
			field.within.set(name, inner);
			field = inner;
		}
		field.number = 0;
		return field;
	});
	const count = numberFields(top, 0);

	const all = [...fieldsOf(top)];
	let end = at;
	for (const { field } of all) {
		field.address = end;
		end += HEADER_BYTES + CHILD_BYTES * field.within.size;
	}
	const names: Uint8Array[] = [];
	const words: number[] = [];
	for (const { field, outer } of all) {
		const { number, first, after, within } = field;
		words.push(outer?.address ?? 0, number, first, after, within.size);
		for (const [name, inner] of within) {
			const bytes = utf8WithSurrogates(name);
			words.push(end, bytes.length, inner.address);
			names.push(bytes);
			end += bytes.length;
		}
	}
	return {
		image: Buffer.concat([
			new Uint8Array(Uint32Array.from(words).buffer),
			...names,
		]),
		numbers: fields.map(({ number }) => number),
		count,
		addresses: fields.map(({ address }) => address),
	};
}

function newField(): Field {
	return { number: -1, within: new Map(), first: 0, after: 0, address: 0 };
}

/** Numbers wanted fields so that those within a field follow it; returns the next number. */
function numberFields(field: Field, next: number): number {
	field.first = next;
	if (field.number !== -1) field.number = next++;
	for (const inner of field.within.values()) next = numberFields(inner, next);
	field.after = next;
	return next;
}

/** A field and all within it, each with the one that it lies right within. */
function* fieldsOf(
	field: Field,
	outer: Field | null = null,
): Generator<{ field: Field; outer: Field | null }> {
	yield { field, outer };
	for (const inner of field.within.values()) yield* fieldsOf(inner, field);
}

/** UTF-8 of a name, with a surrogate alone as if it were a character: what an escape in a file may say. */
function utf8WithSurrogates(name: string): Uint8Array {
	const parts = Array.from(name, (character) => {
		const point = character.codePointAt(0) as number;
		return point >> 11 === 0xd800 >> 11
			? Buffer.of(
					0xe0 | (point >> 12),
					0x80 | ((point >> 6) & 63),
					0x80 | (point & 63),
				)
			: Buffer.from(character);
	});
	return Buffer.concat(parts);
}
