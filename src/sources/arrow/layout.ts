import type { FieldPath } from "../records/fields.js";
import { type BatchHeader, type Field, Kind, type Schema } from "./metadata.js";

/** Where a column's parts are in the lists of a batch. */
export interface ColumnPlace {
	field: Field;
	/** Number of its node. */
	node: number;
	/** Number of its first buffer. */
	buffer: number;
	/** Buffers of texts, of a column of views. */
	variadic: number;
	children: ColumnPlace[];
}

/** The places of all columns of a batch. @throws Error where the batch has too few */
export function placesOf(
	{ fields, version }: Schema,
	{ nodes, buffers, variadic }: BatchHeader,
): ColumnPlace[] {
	let node = 0;
	let buffer = 0;
	let views = 0;
	const place = (field: Field): ColumnPlace => {
		const isIndexed = field.dictionary !== null;
		const isView =
			!isIndexed &&
			(field.kind === Kind.Utf8View || field.kind === Kind.BinaryView);
		const column: ColumnPlace = {
			field,
			node: node++,
			buffer,
			variadic: isView ? (variadic[views++] ?? 0) : 0,
			children: [],
		};
		if (column.variadic < 0) throw new Error("a batch has no proper buffers");
		buffer += isIndexed ? 2 : buffersOf(field, version) + column.variadic;
		if (!isIndexed) column.children = field.children.map(place);
		return column;
	};
	const places = fields.map(place);
	if (node > nodes.length || buffer > buffers.length)
		throw new Error("a batch has fewer columns than the file");
	return places;
}

/** The places of a field and of those that it is in, the outermost first. */
export function findPlace(
	places: readonly ColumnPlace[],
	path: FieldPath,
): ColumnPlace[] {
	const found: ColumnPlace[] = [];
	let within = places;
	for (const name of path) {
		const place = within.find(({ field }) => field.name === name);
		if (place === undefined) throw new Error(`there is no column ${name}`);
		found.push(place);
		within = place.children;
	}
	return found;
}

/** The place of a dictionary's values. */
export function placeOfValues(
	field: Field,
	version: number,
	batch: BatchHeader,
): ColumnPlace {
	const values = { ...field, dictionary: null };
	return placesOf({ fields: [values], version }, batch)[0];
}

function buffersOf({ kind, mode }: Field, version: number): number {
	switch (kind) {
		case Kind.Null:
		case Kind.RunEndEncoded:
			return 0;
		case Kind.Struct:
		case Kind.FixedSizeList:
			return 1;
		case Kind.Binary:
		case Kind.Utf8:
		case Kind.LargeBinary:
		case Kind.LargeUtf8:
		case Kind.ListView:
		case Kind.LargeListView:
			return 3;
		case Kind.Union: {
			const isDense = mode === 1;
			// Up to version 4 (number 3) unions have nulls.
			return (version < 4 ? 1 : 0) + (isDense ? 2 : 1);
		}
		default:
			return 2;
	}
}

/** A field and those that it is in, the outermost first; null where there is none. */
export function findField(
	fields: readonly Field[],
	path: FieldPath,
): Field[] | null {
	const found: Field[] = [];
	let within = fields;
	for (const [i, name] of path.entries()) {
		const field = within.find((each) => each.name === name);
		if (field === undefined) return null;
		found.push(field);
		const isStruct = field.kind === Kind.Struct && field.dictionary === null;
		if (i + 1 < path.length && !isStruct) return null;
		within = field.children;
	}
	return found;
}

const TEXTS: readonly number[] = [
	Kind.Utf8,
	Kind.LargeUtf8,
	Kind.Utf8View,
	Kind.Binary,
	Kind.LargeBinary,
	Kind.BinaryView,
];

/** Whether a column holds texts; bytes of no type are taken for texts. */
export function holdsTexts({ kind }: Field): boolean {
	return TEXTS.includes(kind);
}

/** What a column holds, for a message. */
export function describeType({ kind }: Field): string {
	const found = Object.entries(Kind).find(([, number]) => number === kind);
	return found === undefined ? `type ${kind}` : `${found[0]}`;
}
