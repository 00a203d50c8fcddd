import type { Group, Problem, Solution } from "./problem.js";
import { longestFirst, WorkTable } from "./work-table.js";

export interface LeastDegrees {
	/** Devices that an item needs. */
	degreeOf(tokens: number, capacity: number): number;
	/** The degree of a group that gets more devices. */
	grown(degree: number): number;
	/** Whether items may join groups that are larger than they need. */
	joinsLarger: boolean;
}

/** Groups of a micro-batch may take so much more than the slowest did before others joined. */
const SLACK = 0.05;

interface Open extends Group {
	items: number[];
	tokens: number;
	load: number;
}

/**
 * Each item on the devices that it needs. A micro-batch takes the costliest items that are left,
 * in groups of their own while devices are free, then more beside them while there is room and
 * no group takes over 5 % more than the slowest. Devices that are left over make the slowest
 * groups larger.
 */
export function planByLeastDegrees(
	problem: Problem,
	rule: LeastDegrees,
): Solution {
	const table = new WorkTable(problem);
	const microBatches: Group[][] = [];
	const { tokens } = problem.items;
	const works = Float64Array.from(tokens, (count, item) => {
		const degree = rule.degreeOf(count, problem.capacity);
		return table.of(degree)[item];
	});
	// Those that take about as long on their devices are beside each other.
	let left = [...longestFirst(problem)].sort((a, b) => works[b] - works[a]);
	while (left.length > 0) {
		const { groups, over } = fillMicroBatch(problem, rule, table, left);
		microBatches.push(groups);
		left = over;
	}
	return { microBatches, isExact: false };
}

function fillMicroBatch(
	{ items, devices, capacity }: Problem,
	{ degreeOf, grown, joinsLarger }: LeastDegrees,
	table: WorkTable,
	left: readonly number[],
) {
	const groups: Open[] = [];
	const over: number[] = [];
	let free = devices;
	let slowest = 0;
	for (const item of left) {
		const tokens = items.tokens[item];
		const degree = degreeOf(tokens, capacity);
		let group: Open | null = null;
		if (degree <= free) {
			group = { degree, items: [], tokens: 0, load: 0 };
			groups.push(group);
			free -= degree;
		} else
			for (const other of groups) {
				if (joinsLarger ? other.degree < degree : other.degree !== degree)
					continue;
				if (other.tokens + tokens > other.degree * capacity) continue;
				const load = other.load + table.of(other.degree)[item];
				if (load > slowest * (1 + SLACK)) continue;
				if (group === null || other.load < group.load) group = other;
			}
		if (group === null) {
			over.push(item);
			continue;
		}
		group.items.push(item);
		group.tokens += tokens;
		group.load += table.of(group.degree)[item];
		slowest = Math.max(slowest, group.load);
	}
	while (free > 0) {
		let slowest: Open | null = null;
		for (const group of groups)
			if (
				grown(group.degree) - group.degree <= free &&
				(slowest === null || group.load > slowest.load)
			)
				slowest = group;
		if (slowest === null) break;
		const { degree } = slowest;
		slowest.degree = grown(degree);
		slowest.load *= degree / slowest.degree;
		free -= slowest.degree - degree;
	}
	return { groups, over };
}
