import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type BuildOptions, build, loadTokenizer, verify } from "seqpack";
import { describe, expect, test } from "vitest";
import {
	directoryWith,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { readManifest, readRows } from "./dataset-rows.js";

/** The segments of one text, a unit each. */
async function unitsOf(
	name: string,
	text: string,
	options: Partial<BuildOptions> = {},
) {
	const inputs = [
		directoryWith({ "code.jsonl": JSON.stringify({ id: name, text }) }),
	];
	const out = join(temporaryDirectory(), "data");
	const { manifest } = await build({
		...{ inputs, out, tokenizer: tokenizerPath, workers: 0, addEos: false },
		...{ seqLen: 4096, segment: "syntax", segmentUnits: 1, minLines: 1 },
		...options,
	});
	expect((await verify(out)).problems).toEqual([]);
	const tokenizer = await loadTokenizer(tokenizerPath);
	const found: [number, string][] = [];
	for (const { path } of readManifest(out).shards)
		for (const row of await readRows(join(out, path))) {
			let at = 0;
			row.seq_lengths.forEach((length, i) => {
				const ids = Array.from(row.input_ids).slice(at, at + length);
				found.push([row.doc_offsets[i], tokenizer.decode(ids)]);
				at += length;
			});
		}
	const units = found.sort(([a], [b]) => a - b).map(([, text]) => text);
	expect(units.join("")).toBe(text);
	return { units, noted: manifest.totals.noted };
}

const python = `import os


def first(a):
    b = a
    return b


class Second:
    def third(self):
        é = "字"
        return é


print(first(1))
x = 2`;

describe("units of syntax", () => {
	test("begin where nodes do, as deep as asked for, and what follows the last is kept", async () => {
		const functions = await unitsOf("a.py", python, { syntaxDepth: 1 });
		expect(functions.units.map((unit) => unit.trim().split("\n")[0])).toEqual([
			"import os",
			"def first(a):",
			"class Second:",
			"print(first(1))",
		]);
		expect(functions.units.at(-1)).toContain("x = 2");
		const { units } = await unitsOf("a.py", python, { syntaxDepth: 4 });
		expect(units.length).toBeGreaterThan(functions.units.length);
		expect(functions.noted.unparsed).toBeUndefined();
	});

	test("are more than so many lines apart", async () => {
		for (const minLines of [0, 1, 2, 3, 5, 8]) {
			const { units } = await unitsOf("a.py", python, { minLines });
			for (const unit of units.slice(0, -1))
				expect(unit.trimStart().split("\n").length + 1).toBeGreaterThan(
					minLines,
				);
			expect(units.length).toBeGreaterThan(minLines > 5 ? 0 : 2);
		}
	});

	test.each([
		["a.js", "const a = 1\n\nfunction f() {\n  return a\n}\n\nf()\n"],
		[
			"a.ts",
			"const a: number = 1;\n\ninterface B {\n  c: string;\n}\n\nlet d;\n",
		],
		[
			"a.tsx",
			"const a = <b>c</b>;\n\nfunction F() {\n  return a;\n}\n\nF();\n",
		],
		[
			"A.java",
			"class A {\n  int b;\n}\n\nclass C {\n  int d;\n}\n\nclass E {}\n",
		],
		["a.c", "int a;\n\nint f(int *b) {\n  return *b;\n}\n\nint b;\n"],
		[
			"names.c",
			"int class = 1;\n\nvoid f(void) {\n  int *new = malloc(4);\n  delete = new;\n}\n\nint b;\n",
		],
		["old.c", "int a;\n\nint f(a, b)\nint a; char *b;\n{\n}\n\nint b;\n"],
		[
			"plus.h",
			"int a;\n\nnamespace b {\nclass C : public D {};\n}\n\nint d;\n",
		],
		["a.cc", "int a;\n\nclass B {\n  int c;\n};\n\nB b;\n"],
		["a.go", "package a\n\nfunc f() int {\n\treturn 1\n}\n\nvar b = 2\n"],
		["a.rs", "const A: u8 = 1;\n\nfn f() -> u8 {\n    A\n}\n\nstruct B;\n"],
	])("of %s", async (name, text) => {
		const { units, noted } = await unitsOf(name, text, { syntaxDepth: 1 });
		expect(units).toHaveLength(3);
		expect(noted.unparsed).toBeUndefined();
	});

	test("by a language that is named, whatever the name", async () => {
		const { units } = await unitsOf("a.txt", python, {
			...{ syntaxLanguage: "python", syntaxDepth: 1 },
		});
		expect(units).toHaveLength(4);
	});

	test.each([
		["a.txt", python],
		["a.py", `def (:\n${python}`],
	])("are lines in %s, which is counted", async (name, text) => {
		const { units, noted } = await unitsOf(name, text);
		expect(noted.unparsed).toBe(1);
		const lines = text.split("\n").filter((line) => line.trim() !== "");
		expect(units.length).toBeGreaterThanOrEqual(lines.length);
	});

	test("files in folders have the language of their endings", async () => {
		const out = join(temporaryDirectory(), "data");
		const { manifest } = await build({
			...{ inputs: [join(fixtures, "code")], out, workers: 0 },
			...{ tokenizer: tokenizerPath, seqLen: 512, segment: "syntax" },
		});
		expect(manifest.totals.documents).toBe(107);
		// A type of immer's is newer than the grammar.
		expect(manifest.totals.noted.unparsed).toBe(1);
	});
});

test("options of syntax are for units of syntax", async () => {
	for (const options of [
		{ segment: "line", syntaxDepth: 3 },
		{ segment: "line", minLines: 3 },
		{ segment: "line", syntaxLanguage: "go" },
	] as const)
		await expect(unitsOf("a", "b", options)).rejects.toThrow(
			/would change nothing: it goes with segment: "syntax"/,
		);
});

/** Builds of a file where a package is not found, as where it is not installed. */
function builtWithout(packages: string, name: string, text: string) {
	const hook = `
		import { Module } from "node:module";
		const find = Module._resolveFilename;
		Module._resolveFilename = function (name, ...more) {
			if (name.startsWith("${packages}")) throw new Error("Cannot find module '" + name + "'");
			return find.call(this, name, ...more);
		};`;
	const code = { "code.jsonl": JSON.stringify({ id: name, text }) };
	return spawnSync(
		process.execPath,
		[
			...["--import", `data:text/javascript,${encodeURIComponent(hook)}`],
			...["dist/bin/main.js", "build", directoryWith(code)],
			...["--tokenizer", tokenizerPath, "--seq-len", "512"],
			...["--segment", "syntax", "--out", join(temporaryDirectory(), "data")],
		],
		{ encoding: "utf8", cwd: join(fixtures, "..") },
	);
}

test("without the packages a sentence says how to install them", () => {
	const sentence =
		/--segment needs parsers .* npm install @vscode\/tree-sitter-wasm@0\.3\.1 @repomix\/tree-sitter-wasms@0\.1\.17\./;
	const none = builtWithout("@vscode/", "a.py", python);
	expect(none.stderr).toMatch(sentence);
	expect(none.status).toBe(2);
	const noC = builtWithout("@repomix/", "a.c", "int a;\n");
	expect(noC.stderr).toMatch(sentence);
	expect(noC.status).toBe(2);
	// Who has no C needs none of it.
	const python3 = builtWithout("@repomix/", "a.py", python);
	expect(python3.status, python3.stderr).toBe(0);
});
