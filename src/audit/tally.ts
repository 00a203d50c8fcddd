import type { AuditRow } from "./row.js";

const FIRST = 3;

/** Counts, and keeps the first places. */
export class Tally {
	count = 0;
	readonly places: string[] = [];

	/** @param detail What is added to the place. */
	add(row: Pick<AuditRow, "place">, times = 1, detail = ""): void {
		if (times === 0) return;
		this.count += times;
		if (this.places.length < FIRST) this.places.push(row.place() + detail);
	}
}

/** "1 row", "2 rows". */
export function counted(count: number, one: string, many = `${one}s`): string {
	return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** 0.9798 as "97.98 %". */
export function percent(share: number): string {
	return `${(100 * share).toFixed(2)} %`;
}

/** "1 of 3 rows has", "2 of 3 rows have". */
export function some(
	count: number,
	of: number,
	what: string,
	one: string,
	many: string,
): string {
	return `${grouped(count)} of ${grouped(of)} ${what} ${count === 1 ? one : many}`;
}

/** 1234567 as "1,234,567". */
export function grouped(number: number): string {
	return number.toLocaleString("en-US");
}
