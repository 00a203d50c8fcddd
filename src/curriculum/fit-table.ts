import { sum } from "../core/arithmetic.js";

/** How often rows and columns are scaled, at most, and how near they are to come. */
const MOST_ROUNDS = 200;
const NEAR = 1e-9;

/**
 * Scales the cells of a table until rows and columns have their sums (iterative proportional
 * fitting, W. Deming and F. Stephan, 1940); rows have them in any case.
 * @param most What each cell is at most, as far as sums can be had; null: anything.
 */
export function fitTable(
	given: readonly (readonly number[])[],
	rows: readonly number[],
	columns: readonly number[],
	most: readonly (readonly number[])[] | null = null,
): number[][] {
	const cells = given.map((row) => [...row]);
	for (let round = 0; round < MOST_ROUNDS; round++) {
		let off = 0;
		columns.forEach((column, c) => {
			const scale = scaleTo(
				column,
				cells.map((row) => row[c]),
			);
			off = Math.max(off, Math.abs(scale - 1));
			for (const row of cells) row[c] *= scale;
		});
		if (most !== null)
			cells.forEach((row, r) => {
				for (let c = 0; c < row.length; c++)
					row[c] = Math.min(row[c], most[r][c]);
			});
		cells.forEach((row, r) => {
			const scale = scaleTo(rows[r], row);
			for (let c = 0; c < row.length; c++) row[c] *= scale;
		});
		if (off < NEAR) break;
	}
	return cells;
}

function scaleTo(due: number, cells: readonly number[]): number {
	const found = sum(cells);
	return found === 0 ? 1 : due / found;
}

/**
 * Whole numbers near some others, that add up to `total`: each within its bounds, where these allow
 * it less than 1 from its number.
 */
export function wholeNumbers(
	numbers: readonly number[],
	total: number,
	least: readonly number[],
	most: readonly number[],
): number[] {
	const whole = numbers.map((n, i) =>
		Math.min(most[i], Math.max(least[i], Math.floor(n + NEAR))),
	);
	const behind = whole.map((n, i) => numbers[i] - n);
	const step = (by: 1 | -1) => {
		let found = -1;
		for (let i = 0; i < whole.length; i++) {
			const mayStep = by === 1 ? whole[i] < most[i] : whole[i] > least[i];
			if (mayStep && (found === -1 || by * (behind[i] - behind[found]) > 0))
				found = i;
		}
		if (found === -1) throw new Error("the bounds leave no such numbers");
		whole[found] += by;
		behind[found] -= by;
	};
	for (let over = sum(whole) - total; over > 0; over--) step(-1);
	for (let under = total - sum(whole); under > 0; under--) step(1);
	return whole;
}
