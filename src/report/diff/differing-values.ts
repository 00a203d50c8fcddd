import { isObject } from "../../core/values.js";
import { canonicalJson } from "../../storage/hash.js";
import type {
	FileDifference,
	Json,
	Listed,
	ValueDifference,
} from "./result.js";

/** The values that differ in two objects, by their places: `packer.name`, `sources.0.limit`. */
export function differingValues(
	a: unknown,
	b: unknown,
	limit: number,
): Listed<ValueDifference> {
	const all = [...differences(a, b, "")];
	return { count: all.length, list: all.slice(0, limit) };
}

function* differences(
	a: unknown,
	b: unknown,
	name: string,
): Generator<ValueDifference> {
	if (isTree(a) && isTree(b)) {
		const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
		for (const key of keys)
			yield* differences(a[key], b[key], name === "" ? key : `${name}.${key}`);
		return;
	}
	if (canonicalJson(a ?? null) !== canonicalJson(b ?? null))
		yield { name, a: (a ?? null) as Json, b: (b ?? null) as Json };
}

/** An object, or a list that has any. */
function isTree(value: unknown): value is Record<string, unknown> {
	return Array.isArray(value) ? value.some(isObject) : isObject(value);
}

/** A file as a list names it. */
export interface NamedFile {
	name: string;
	bytes: number;
	/** What says whether its content is the same. */
	hash: string;
}

/** The files that one of two lists alone has, or that differ; names may come again. */
export function differingFiles(
	a: readonly NamedFile[],
	b: readonly NamedFile[],
	limit: number,
): Listed<FileDifference> {
	const before = new Map<string, NamedFile[]>();
	for (const file of a) {
		const known = before.get(file.name);
		if (known === undefined) before.set(file.name, [file]);
		else known.push(file);
	}
	const all: FileDifference[] = [];
	for (const { name, bytes, hash } of b) {
		const known = before.get(name)?.shift();
		if (known === undefined)
			all.push({ name, change: "added", a: null, b: bytes });
		else if (known.hash !== hash || known.bytes !== bytes)
			all.push({ name, change: "changed", a: known.bytes, b: bytes });
	}
	for (const left of before.values())
		for (const { name, bytes } of left)
			all.push({ name, change: "gone", a: bytes, b: null });
	return { count: all.length, list: all.slice(0, limit) };
}
