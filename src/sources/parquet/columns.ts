import type { SchemaTree } from "hyparquet";
import { isListLike, isMapLike } from "hyparquet/src/schema.js";
import type { FieldPath } from "../records/fields.js";

/** A field's place in the schema, from the root on; null where there is none. */
export function findColumn(
	schema: SchemaTree,
	field: FieldPath,
): SchemaTree[] | null {
	const path = [schema];
	for (const name of field) {
		const child = path[path.length - 1].children.find(
			({ element }) => element.name === name,
		);
		if (child === undefined) return null;
		path.push(child);
	}
	return path;
}

/** The places of all columns within one that have nothing within them. */
export function leavesOf(path: SchemaTree[]): SchemaTree[][] {
	const { children } = path[path.length - 1];
	return children.length === 0
		? [path]
		: children.flatMap((child) => leavesOf([...path, child]));
}

/** Whether a column has one value a row, or none. */
export function isSingle(path: readonly SchemaTree[]): boolean {
	return (
		path[path.length - 1].children.length === 0 &&
		path.every(({ element }) => element.repetition_type !== "REPEATED")
	);
}

/** Whether a column holds texts; bytes of no type are taken for texts. */
export function holdsTexts(path: readonly SchemaTree[]): boolean {
	const { type, converted_type, logical_type } = path[path.length - 1].element;
	return (
		isSingle(path) &&
		type === "BYTE_ARRAY" &&
		TEXTS.has(converted_type) &&
		TEXTS.has(logical_type?.type)
	);
}

const TEXTS = new Set([undefined, "UTF8", "STRING", "ENUM", "JSON"]);

/** What a column holds, for a message. */
export function describeType(path: readonly SchemaTree[]): string {
	const node = path[path.length - 1];
	const { type, converted_type, logical_type } = node.element;
	if (
		isListLike(node) ||
		path.some(({ element }) => element.repetition_type === "REPEATED")
	)
		return "lists";
	if (isMapLike(node)) return "maps";
	if (node.children.length > 0) return "structs";
	return String(logical_type?.type ?? converted_type ?? type);
}
