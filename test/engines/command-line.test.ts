import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellWord, wordsOf } from "../../src/engines/command-line.js";
import { root } from "../helpers.js";

/** The words that a shell makes of a text. */
function wordsOfShell(text: string): string[] {
	const words = execFileSync("sh", ["-c", `printf '%s\\0' x ${text}`], {
		encoding: "utf8",
	});
	return words.split("\0").slice(1, -1);
}

test("a text has the words that a shell makes of it", () => {
	for (const text of [
		"",
		"  --partition=cpu   --time=4:00:00 ",
		`--comment="two words" -A 'my account'`,
		`--comment=it\\'s a\\ b "c\\"d" "e\\f" ''`,
		`a"b"'c'd`,
	])
		expect(wordsOf(text), text).toEqual(wordsOfShell(text));
	expect(() => wordsOf(`--comment="a`)).toThrow(/that is not closed/);
});

test("any text is one word of a shell", () => {
	const text = fc.string({ unit: "grapheme" }).filter((t) => !t.includes("\0"));
	fc.assert(
		fc.property(text, (text) => {
			expect(wordsOf(shellWord(text))).toEqual([text]);
		}),
	);
	const all = ["a b", "it's", `"`, "$HOME", "`ls`", "*", "\\", "\n", ""];
	expect(wordsOfShell(all.map(shellWord).join(" "))).toEqual(all);
});

test("the command that jobs run is there", async () => {
	const built = join(root, "dist/src/engines/command-line.js");
	const { commandFile } = await import(/* @vite-ignore */ built);
	expect(commandFile()).toBe(join(root, "dist/bin/main.js"));
	expect(existsSync(commandFile())).toBe(true);
});
