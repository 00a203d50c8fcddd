import { join } from "node:path";
import { readBuildConfig } from "seqpack";
import { describe, expect, test } from "vitest";
import { configTemplate } from "../../cli/config-template.js";
import { buildTable } from "../../src/options/build.js";
import { configName } from "../../src/options/build-config.js";
import { directoryWith } from "../helpers.js";

const read = (content: string, name = "seqpack.yaml") =>
	readBuildConfig(join(directoryWith({ [name]: content }), name));

describe("a configuration", () => {
	test("gives options as the library takes them, however they are spelled", async () => {
		const due = {
			seqLen: 8192,
			tokenizer: "t.json",
			columns: ["labels"],
			overwrite: true,
			sources: [
				{ name: "web", inputs: ["a", "b"], sample: 0.5 },
				{ name: "code", inputs: ["c"], textField: "content", repeat: 1.5 },
			],
		};
		expect(
			await read(`
seq-len: 8K
tokenizer: t.json
columns: labels
overwrite: true
sources:
  - { name: web, inputs: [a, b], sample: 0.5 }
  - name: code
    inputs: c
    text-field: content
    repeat: 1.5
`),
		).toEqual(due);
		expect(await read(JSON.stringify(due), "seqpack.JSON")).toEqual(due);
	});

	test.each([
		["seq-len: [", /seqpack\.yaml: it is not YAML \(.*line 1/],
		["- a", /\["a"\] is no mapping/],
		["seq-length: 1", /there is no option seq-length; did you mean seq-len\?$/],
		["on-notice: x", /there is no option on-notice/],
		["seq-len: x", /seqpack\.yaml: seq-len is "x": give a whole number/],
		["seq-len:", /seq-len is null: give a whole number/],
		["sources: web", /sources is "web": give a list/],
		["sources: [1]", /sources\[0\]: 1 is no mapping/],
		[
			"sources: [{name: a, inputs: b}, {name: c, sample: 2}]",
			/seqpack\.yaml: sources\[1\]\.sample is 2: give a number above 0/,
		],
		[
			"sources: [{name: a, tokenizer: b}]",
			/there is no option sources\[0\]\.tokenizer/,
		],
	])("%s is refused, with its place", async (content, sentence) => {
		const reading = read(content);
		await expect(reading).rejects.toMatchObject({ exitCode: 2 });
		await expect(reading).rejects.toThrow(sentence);
	});

	test("that is not there is named", async () => {
		await expect(readBuildConfig("none.yaml")).rejects.toThrow(
			"there is no file none.yaml.",
		);
	});

	test("to begin with is read as it is, and shows every option", async () => {
		expect(await read(configTemplate())).toEqual({
			tokenizer: "tokenizer.json",
			seqLen: 8192,
			out: "data/",
			sources: [
				{ name: "web", inputs: ["corpus/web/"] },
				{ name: "code", inputs: ["corpus/code/"] },
			],
		});
		for (const [name, { type }] of Object.entries(buildTable))
			if (type.written !== "none" && name !== "inputs")
				expect(configTemplate()).toContain(`${configName(name)}: `);
	});
});
