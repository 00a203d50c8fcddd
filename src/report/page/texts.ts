import { counted, grouped, percent } from "../../core/number-texts.js";

/** Things that are drawn one by one, at most: more are in the table. */
export const MOST_DRAWN = 20;

/** "1.4 times", for a ratio. */
export function timesText(ratio: number): string {
	return `${Number(ratio.toFixed(3))}`;
}

/** "1", "1,024", "8 to 15". */
export function rangeText(first: number, last: number): string {
	return first === last
		? grouped(first)
		: `${grouped(first)} to ${grouped(last)}`;
}

/** "1 token", "8 to 15 tokens". */
export function countedRange(first: number, last: number, one: string): string {
	return first === last
		? counted(first, one)
		: `${grouped(first)} to ${counted(last, one)}`;
}

/** A mean: whole where it is large. */
export function meanText(value: number): string {
	return value >= 100
		? grouped(Math.round(value))
		: grouped(Number(value.toFixed(2)));
}

/** "1 token", "1.5 tokens". */
export function countedMean(value: number, one: string): string {
	const text = meanText(value);
	return `${text} ${one}${text === "1" ? "" : "s"}`;
}

/** "1,234 (5.60 %)". */
export function shareText(value: number, whole: number): string {
	return `${grouped(value)} · ${percent(whole === 0 ? 0 : value / whole)}`;
}

export { counted, grouped, percent };
