import fc from "fast-check";
import { expect, test } from "vitest";
import { parseByMarks, parseJson } from "../../src/core/json.js";

/** Names that take another one for theirs in V8 of Node 24 to 26, once it met that one. */
const names = ["\\", '"', "\n", "\u0001", "\ud83d", "a\\", "a\n", "\\u", "\\n"];
const name = fc.oneof(
	fc.constantFrom(...names, "@", "@0", "@@1", "__proto__", "0", "text", ""),
	fc.string({ unit: "binary", maxLength: 4 }),
);

type Written = string | number | Written[] | { members: [string, Written][] };

const { value } = fc.letrec<{ value: Written }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 4 },
		name,
		fc.nat(),
		fc.array(tie("value"), { maxLength: 3 }),
		fc.record({
			members: fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }),
		}),
	),
}));

test("names are as they are written, whatever was met before", () => {
	fc.assert(
		fc.property(value, fc.boolean(), (value, isSpaced) => {
			const json = written(value, isSpaced ? "\n " : "");
			for (const parse of [parseJson, parseByMarks])
				expect(listed(parse(json))).toEqual(listed(built(value)));
		}),
		{ numRuns: 1000 },
	);
});

test.each(names.flatMap((met) => names.map((name) => [met, name])))(
	"%j before %j",
	(met, name) => {
		for (const names of [[met], [name]]) {
			const json = JSON.stringify({ first: 1, [names[0]]: 2 });
			expect(Object.keys(parseJson(json))).toEqual(["first", ...names]);
		}
	},
);

test("values are given to the reviver", () => {
	expect(
		parseByMarks('{"\\n":1,"a":[2]}', (_, value) =>
			typeof value === "number" ? -value : value,
		),
	).toEqual({ "\n": -1, a: [-2] });
});

test("what is no JSON is refused as JSON.parse does", () => {
	const parts = fc.constantFrom(
		'"',
		"\\",
		"{",
		"}",
		":",
		",",
		"1",
		"n",
		"u",
		" ",
		"@0",
	);
	fc.assert(
		fc.property(fc.string({ unit: parts, maxLength: 12 }), (json) => {
			expect(outcome(parseByMarks, json)).toEqual(outcome(JSON.parse, json));
		}),
		{ numRuns: 3000 },
	);
});

function outcome(parse: (json: string) => unknown, json: string): unknown {
	try {
		return listed(parse(json));
	} catch (error) {
		return String(error);
	}
}

function written(value: Written, space: string): string {
	if (typeof value !== "object") return JSON.stringify(value);
	if (Array.isArray(value))
		return `[${value.map((value) => written(value, space)).join(",")}]`;
	const members = value.members.map(
		([name, value]) =>
			`${space}${JSON.stringify(name)}${space}:${written(value, space)}`,
	);
	return `{${members.join(",")}}`;
}

function built(value: Written): unknown {
	if (typeof value !== "object") return value;
	if (Array.isArray(value)) return value.map(built);
	const object = {};
	for (const [name, member] of value.members)
		Object.defineProperty(object, name, {
			value: built(member),
			configurable: true,
			enumerable: true,
			writable: true,
		});
	return object;
}

/** A value with its names in their order. */
function listed(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(listed);
	return Object.entries(value).map(([name, value]) => [name, listed(value)]);
}
