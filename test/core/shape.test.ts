import { expect, test } from "vitest";
import {
	all,
	also,
	anyObject,
	anything,
	count,
	digest,
	finite,
	listOf,
	nullable,
	object,
	oneOf,
	optional,
	type Shape,
	shapeFault,
	such,
	tableOf,
	text,
	truth,
	tuple,
	wholeNumber,
} from "../../src/core/shape.js";

test.each<[string, Shape, unknown, string | null]>([
	["a count", count, 0, null],
	["a fraction", count, 0.5, "it is not a whole number of 0 or more"],
	[
		"a number too large",
		count,
		2 ** 53,
		"it is not a whole number of 0 or more",
	],
	[
		"a number in a range",
		wholeNumber(1, 3),
		4,
		"it is not a whole number from 1 to 3",
	],
	["no number", finite, Number.NaN, "it is not a number"],
	["what is missing", text, undefined, "it is missing"],
	["a text", truth, "true", "it is not true or false"],
	[
		"a hash in capitals",
		digest,
		"A".repeat(64),
		"it is not a SHA-256 in hexadecimal",
	],
	["a word", oneOf(["a", "b"]), "c", "it is not one of a, b"],
	[
		"what fails a test",
		such("odd", (n) => (n as number) % 2 === 1),
		2,
		"it is not odd",
	],
	["null", nullable(count), null, null],
	["what may be left out", optional(count), undefined, null],
	[
		"null that may be left out",
		optional(count),
		null,
		"it is not a whole number of 0 or more",
	],
	[
		"a list",
		listOf(count),
		[1, 2, "3"],
		"its [2] is not a whole number of 0 or more",
	],
	["no list", listOf(count), { length: 1 }, "it is not a list"],
	["an empty list", listOf(count, 1), [], "it is empty"],
	["a pair", tuple(count, text), [1, 2], "its [1] is not a text"],
	["a list too long", tuple(count, text), [1, "a", 3], "it is not a list of 2"],
	[
		"a table",
		tableOf(count),
		{ a: 1, b: null },
		"its b is not a whole number of 0 or more",
	],
	["a list as an object", anyObject, [], "it is not an object"],
	["anything", anything, undefined, null],
])("%s", (_, shape, value, due) => {
	expect(shapeFault(shape, value)).toBe(due);
});

test("a fault says where it is, however deep", () => {
	const shape = object({ a: listOf(object({ b: tableOf(count) })) });
	const value = { a: [{ b: {} }, { b: { c: "1" } }], besides: 1 };
	expect(shapeFault(shape, value)).toBe(
		"its a[1].b.c is not a whole number of 0 or more",
	);
});

test("what every object inherits is nothing that a file says", () => {
	const shape = object({ constructor: anyObject });
	expect(shapeFault(shape, {})).toBe("its constructor is missing");
	const named = JSON.parse('{"__proto__":"x"}');
	expect(shapeFault(tableOf(count), named)).toBe(
		"its __proto__ is not a whole number of 0 or more",
	);
});

test("a rule is asked where the shapes before it hold", () => {
	const twice = also<number[]>(listOf(count), (list) =>
		new Set(list).size < list.length ? "has a number twice" : null,
	);
	expect(shapeFault(twice, [1, 1])).toBe("it has a number twice");
	expect(shapeFault(twice, "11")).toBe("it is not a list");
	expect(shapeFault(all(count, oneOf([])), "a")).toBe(
		"it is not a whole number of 0 or more",
	);
});
