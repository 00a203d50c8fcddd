import { UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";

/**
 * What a group of devices takes for its sequences, in ms or any one unit: of d devices
 * `(perSquare * sum of L² + perToken * sum of L) / d + fixed`, and where d is over 1
 * `communication.perToken * sum of L / (d * bandwidth[d])` (FlexSP, 2412.01523).
 */
export interface GroupCost {
	perToken: number;
	perSquare: number;
	/** Once a micro-batch. */
	fixed: number;
	/** MB that each token exchanges, and MB/ms, which are GB/s, by degree; a degree without an entry has that of the next power of two. */
	communication?:
		| {
				perToken: number;
				bandwidth: Readonly<Record<string, number>>;
		  }
		| undefined;
}

/** Of a number of a cost: with more, what a step takes could be more than a number can say. */
const MOST = 1e100;

/** The squared length alone, which needs no measuring. */
export const SQUARED_LENGTH: GroupCost = {
	perToken: 0,
	perSquare: 1,
	fixed: 0,
};

/** What a group takes, but for `fixed`. */
export function workOf(
	{ perToken, perSquare, communication }: GroupCost,
	tokens: number,
	squares: number,
	degree: number,
): number {
	const compute = perSquare * squares + perToken * tokens;
	if (communication === undefined || degree === 1) return compute / degree;
	const exchange =
		(communication.perToken * tokens) /
		bandwidthOf(communication.bandwidth, degree);
	return (compute + exchange) / degree;
}

function bandwidthOf(
	bandwidth: Readonly<Record<string, number>>,
	degree: number,
): number {
	return Object.hasOwn(bandwidth, degree)
		? bandwidth[degree]
		: bandwidth[powerOfTwoFrom(degree)];
}

/** The least power of two that is not below a number from 1. */
export function powerOfTwoFrom(value: number): number {
	let power = 1;
	while (power < value) power *= 2;
	return power;
}

/**
 * A cost as it is given: what is not said of `perToken`, `perSquare` and `fixed` is 0.
 * @param devices Groups have up to so many.
 * @throws UsageError `bad-cost`
 */
export function checkCost(cost: unknown, devices: number): GroupCost {
	const given = fields(cost, "a cost", [
		"perToken",
		"perSquare",
		"fixed",
		"communication",
	]);
	const perToken = amount(given, "perToken");
	const perSquare = amount(given, "perSquare");
	const fixed = amount(given, "fixed");
	if (perToken === 0 && perSquare === 0)
		bad(
			"a cost by which nothing takes time balances nothing: give perToken, perSquare or both.",
		);
	const checked = { perToken, perSquare, fixed };
	if (given.communication === undefined) return checked;
	const exchange = fields(given.communication, "communication of a cost", [
		"perToken",
		"bandwidth",
	]);
	for (const name of ["perToken", "bandwidth"])
		if (exchange[name] === undefined)
			bad(
				`communication of a cost has no ${name}: add it, or leave out communication.`,
			);
	const bandwidth = fields(exchange.bandwidth, "bandwidth of a cost", null);
	for (const [degree, speed] of Object.entries(bandwidth)) {
		if (!/^[1-9]\d*$/.test(degree))
			bad(
				`bandwidth of a cost is by the number of devices of a group, and ${quoted(degree)} is none.`,
			);
		if (!(typeof speed === "number" && speed >= 1 / MOST && speed <= MOST))
			bad(
				`the bandwidth of groups of ${degree} is ${quoted(speed)}: give a number of GB/s over 0.`,
			);
	}
	const missing = [];
	for (let degree = 2; degree < 2 * devices; degree *= 2)
		if (
			!Object.hasOwn(bandwidth, degree) &&
			!(degree > devices && Object.hasOwn(bandwidth, devices))
		)
			missing.push(degree);
	if (missing.length > 0)
		bad(
			`with ${devices} devices a cost has a bandwidth for groups of each power of two, and that of ${missing.join(", ")} is missing: add it, or leave out communication.`,
		);
	return {
		...checked,
		communication: {
			perToken: amount(exchange, "perToken"),
			bandwidth: bandwidth as Record<string, number>,
		},
	};
}

function fields(
	value: unknown,
	what: string,
	names: readonly string[] | null,
): Record<string, unknown> {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		bad(`${what} is an object of numbers, and not ${quoted(value)}.`);
	for (const name of Object.keys(value as object))
		if (names !== null && !names.includes(name))
			bad(`${what} has no ${quoted(name)}; it has ${names.join(", ")}.`);
	return value as Record<string, unknown>;
}

function amount(given: Record<string, unknown>, name: string): number {
	const value = given[name] === undefined ? 0 : given[name];
	if (typeof value !== "number" || !(value >= 0 && value <= MOST))
		bad(
			`${name} of a cost is ${quoted(value)}: give a number from 0 to ${MOST}.`,
		);
	return value as number;
}

function bad(sentence: string): never {
	throw new UsageError("bad-cost", sentence);
}
