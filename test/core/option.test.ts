import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.js";
import {
	choice,
	entriesOf,
	entryOf,
	flag,
	type Given,
	integer,
	integers,
	json,
	numbers,
	programValue,
	required,
	text,
	texts,
} from "../../src/core/option.js";
import { registry } from "../../src/core/registry.js";
import {
	optionsOfEntries,
	resolveOptions,
} from "../../src/core/resolve-options.js";

const slack = integer({ help: "tokens of slack", least: 0, default: 3 });
const entries = {
	tight: { options: {} },
	loose: { options: { slack } },
	looser: {
		options: { slack, spread: flag({ help: "spread", default: false }) },
	},
};
const kinds = registry("kind", entries);
const table = {
	inputs: required(texts({ help: "what is read" })),
	kind: entryOf(kinds, {
		help: "which",
		defaultFrom: (_, given) => (given.slack === undefined ? "tight" : "loose"),
	}),
	...optionsOfEntries("kind", entries),
	kinds: entriesOf(kinds, { help: "several" }),
	name: text({ help: "a name" }),
	lengths: integers({ help: "lengths", least: 1 }),
	weights: numbers({ help: "weights" }),
	how: choice(["stop", "skip"], { help: "how", default: "stop" }),
	mask: json<{ kind: string }>(
		{
			placeholder: "kind",
			expected: "a mask",
			written: "one",
			fault: (value) =>
				typeof (value as { kind?: unknown })?.kind === "string"
					? null
					: " is no mask",
		},
		{ help: "a mask" },
	),
	onNotice: programValue<(notice: string) => void>(
		"a function",
		(value) => typeof value === "function",
		{ help: "told" },
	),
};

function refused(given: unknown): UsageError {
	try {
		resolveOptions(table, given as Given<typeof table>);
	} catch (error) {
		expect(error).toBeInstanceOf(UsageError);
		return error as UsageError;
	}
	throw new Error("it was not refused");
}

test("what is given stays, the rest is found", () => {
	const values = resolveOptions(table, { inputs: ["a"], lengths: [1, 2] });
	expect(values).toEqual({
		inputs: ["a"],
		kind: "tight",
		lengths: [1, 2],
		how: "stop",
	});
	const loose = resolveOptions(table, { inputs: [], slack: 5 });
	expect(loose).toMatchObject({ kind: "loose", slack: 5 });
	expect(resolveOptions(table, { inputs: [], kind: "looser" })).toMatchObject({
		slack: 3,
		spread: false,
	});
});

test("misspelled names and values of other types do not compile", () => {
	// @ts-expect-error
	refused({ inputs: [], kind: "losse" } satisfies Given<typeof table>);
	// @ts-expect-error
	refused({ inputs: [], slakc: 3 } satisfies Given<typeof table>);
	// @ts-expect-error
	refused({ inputs: [], lengths: "1" } satisfies Given<typeof table>);
	// @ts-expect-error
	refused({} satisfies Given<typeof table>);
});

describe("one mistake has one code, names its option and says what to do", () => {
	test.each([
		[
			{},
			"missing-option",
			"inputs",
			/^inputs is missing: give a list of texts/,
		],
		[
			{ inputs: [], kidn: "x" },
			"unknown-option",
			"kind",
			/"kidn"; did you mean kind\?$/,
		],
		[
			{ inputs: [], zzzzzz: 1 },
			"unknown-option",
			undefined,
			/no option "zzzzzz"\.$/,
		],
		[
			{ inputs: [], kind: "losse" },
			"unknown-name",
			"kind",
			/"losse".* \(did you mean loose\?\): give one of tight, loose, looser\.$/,
		],
		[
			{ inputs: [], how: "ski" },
			"unknown-name",
			"how",
			/give one of stop, skip/,
		],
		[
			{ inputs: [], kind: "loose", slack: -1 },
			"bad-option",
			"slack",
			/^slack is -1: give a whole number of at least 0\.$/,
		],
		[{ inputs: [], kind: "loose", slack: 1.5 }, "bad-option", "slack", /1\.5/],
		[{ inputs: [], kind: "loose", slack: "5" }, "bad-option", "slack", /"5"/],
		[
			{ inputs: [], kind: "tight", slack: 5 },
			"ignored-option",
			"slack",
			/^slack would change nothing: it is for kind loose, looser, and kind is tight\. Leave it out\.$/,
		],
		[{ inputs: "a" }, "bad-option", "inputs", /give a list of texts/],
		[{ inputs: [1] }, "bad-option", "inputs", /is 1: give a text/],
		[{ inputs: [], kinds: "x" }, "bad-option", "kinds", /give a list of/],
		[{ inputs: [], kinds: ["x"] }, "unknown-name", "kinds", /"x".* give one/],
		[{ inputs: [], name: "" }, "bad-option", "name", /is empty/],
		[{ inputs: [], lengths: [0] }, "bad-option", "lengths", /of at least 1/],
		[{ inputs: [], weights: [Number.NaN] }, "bad-option", "weights", /number/],
		[{ inputs: [], mask: 3 }, "bad-option", "mask", /is no mask/],
		[
			{ inputs: [], onNotice: "x" },
			"bad-option",
			"onNotice",
			/give a function/,
		],
		[null, "bad-option", undefined, /give an object/],
		[{ inputs: [], kind: Symbol("x") }, "unknown-name", "kind", /Symbol/],
		[{ inputs: [], slack: 2n, kind: "loose" }, "bad-option", "slack", /2/],
	])("%o", (given, code, option, sentence) => {
		const error = refused(given);
		expect(error.code).toBe(code);
		expect(error.options[0]).toBe(option);
		expect(error.message).toMatch(sentence);
	});

	test("what is false asks for nothing, so it need not be refused", () => {
		expect(resolveOptions(table, { inputs: [], spread: false }).kind).toBe(
			"tight",
		);
	});
});

test("two options of one name are a defect of the registry", () => {
	const other = { options: { slack: integer({ help: "another" }) } };
	expect(() => optionsOfEntries("kind", { ...entries, other })).toThrow(
		/two different options of kind are called slack/,
	);
});

test("texts of a command line", () => {
	const parse = (name: keyof typeof table, text: string) =>
		table[name].type.parse(text);
	expect(parse("slack", "8192")).toBe(8192);
	expect(parse("slack", "64k")).toBe(65_536);
	expect(parse("slack", "2M")).toBe(2 ** 21);
	expect(parse("slack", "1T")).toBe(2 ** 40);
	expect(parse("slack", "-1")).toBe(-1);
	for (const text of ["", "x", "1.5", "1KB", "0x10"])
		expect(parse("slack", text)).toBeUndefined();
	expect(parse("lengths", "256, 1K")).toEqual([256, 1024]);
	expect(parse("lengths", "256,")).toBeUndefined();
	expect(parse("weights", "0.7,0.3")).toEqual([0.7, 0.3]);
	expect(parse("weights", "0.7,,")).toBeUndefined();
	expect(parse("mask", '{"kind":"x"}')).toEqual({ kind: "x" });
	expect(parse("mask", "{")).toBeUndefined();
});

test("options that cannot be read, or are no names, are wrong use", () => {
	const wrong: [string, object][] = [
		[
			"getter",
			Object.defineProperty({}, "name", { enumerable: true, get: thrown }),
		],
		["list", { inputs: new Proxy([], { get: thrown }) }],
		["proxy", new Proxy({}, { ownKeys: thrown })],
		["symbol", { inputs: [], [Symbol("slack")]: 1 }],
		["__proto__", JSON.parse('{"inputs":[],"__proto__":{"slack":1}}')],
	];
	for (const [what, given] of wrong)
		expect(
			() => resolveOptions(table, given as Given<typeof table>),
			what,
		).toThrow(UsageError);
	// Those of an object's class are its own.
	const inherited = Object.create({ inputs: ["a"] });
	expect(resolveOptions(table, inherited).inputs).toEqual(["a"]);
});

function thrown(): never {
	throw new Error("not here");
}
