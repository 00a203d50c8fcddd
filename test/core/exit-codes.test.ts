import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	DataError,
	EnvironmentError,
	InterruptedError,
	packError,
	SeqpackError,
	UsageError,
} from "../../src/core/errors.js";
import { exitCodes, permanentCodes } from "../../src/core/exit-codes.js";
import { root } from "../helpers.js";

test("a code never changes what it means", () => {
	const codes = Object.entries(exitCodes).map(([name, { code }]) => [
		name,
		code,
	]);
	expect(Object.fromEntries(codes)).toEqual({
		...{ done: 0, failed: 1, usage: 2, skipped: 3, data: 4 },
		...{ interrupted: 130, terminated: 143 },
	});
	expect(permanentCodes).toEqual([2, 4]);
});

test("every class of errors has a code of its own, and what nobody foresaw can be tried again", () => {
	const codes = [
		new EnvironmentError("x", "s"),
		new UsageError("x", "s"),
		new DataError("x", "s"),
		new InterruptedError("s"),
	].map(({ exitCode }) => exitCode);
	expect(codes).toEqual([1, 2, 4, 130]);
	expect(packError(new TypeError("x")).exitCode).toBe(1);
	expect(new SeqpackError("x", "s", 4)).toBeInstanceOf(Error);
});

/** Codes of errors that come with two exit codes: by circumstance only a person mends them, or time does. */
const either = [...["cannot-read", "in-use", "input-changed", "no-plan"]];

test("an error's code says its exit code", () => {
	const found = new Map<string, Set<string>>();
	const src = join(root, "src");
	for (const path of readdirSync(src, { recursive: true, encoding: "utf8" })) {
		if (!path.endsWith(".ts")) continue;
		const text = readFileSync(join(src, path), "utf8");
		for (const [, name, code] of text.matchAll(
			/new (Usage|Data|Environment)Error\(\s*"([^"]+)"/g,
		))
			found.set(code, new Set(found.get(code)).add(name));
	}
	expect(found.size).toBeGreaterThan(100);
	const several = [...found].filter(([, names]) => names.size > 1);
	expect(several.map(([code]) => code).sort()).toEqual(either);
});

/**
 * Data is at fault, and an option goes around it: a record, a file that is not what it was, an input of which
 * nothing is left. What sound data cannot meet is wrong use, and mended by options alone.
 */
const aroundData = [
	...["bad-chat-template", "bad-record", "cannot-compare", "dataset-changed"],
	...["empty-corpus", "input-changed", "no-such-column", "special-token"],
	...["too-long", "unknown-type"],
];

test("an error that only options can fix is one of use", () => {
	const src = join(root, "src");
	const found = new Set<string>();
	for (const path of readdirSync(src, { recursive: true, encoding: "utf8" })) {
		if (!path.endsWith(".ts")) continue;
		const text = readFileSync(join(src, path), "utf8");
		for (const [, code, sentence] of text.matchAll(
			/new DataError\(\s*"([^"]+)",([\s\S]*?)\);\n/g,
		))
			if (sentence.includes("optionName(")) found.add(code);
	}
	expect([...found].sort()).toEqual(aroundData);
});
