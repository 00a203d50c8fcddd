import { Int32Buffer } from "../core/buffers.js";

/**
 * Where runs of tokens begin whose costs add up to at most `most`; a token that costs more is
 * a run of its own (windows of equal information, 2404.03626).
 * @param costs The cost of each token: finite, and not below 0.
 */
export function costStarts(costs: ArrayLike<number>, most: number): Int32Array {
	const starts = new Int32Buffer(64);
	if (costs.length > 0) starts.push(0);
	let held = 0;
	for (let token = 0; token < costs.length; token++) {
		if (token > starts.array[starts.length - 1] && held + costs[token] > most) {
			starts.push(token);
			held = 0;
		}
		held += costs[token];
	}
	return starts.view();
}
