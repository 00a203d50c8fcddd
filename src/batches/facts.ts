import type { Column } from "../tables/columns.js";

/** A number that is the same in each row of a batch. */
export interface Fact {
	type: "int32" | "float64";
	value: number;
}

/** Numbers by the names of their columns. */
export function facts(
	type: Fact["type"],
	values: Readonly<Record<string, number>>,
): Record<string, Fact> {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [name, { type, value }]),
	);
}

export function inEveryRow({ type, value }: Fact, rows: number): Column {
	return type === "int32"
		? { type, values: new Int32Array(rows).fill(value) }
		: { type, values: new Float64Array(rows).fill(value) };
}
