import { join } from "node:path";
import { expect, test } from "vitest";
import { directoryWith, seqpack, tokenizerPath } from "../helpers.js";

test("inspect says which engine a tokenizer gets and why", async () => {
	const { code, stdout, stderr } = await seqpack([
		"tokenizer",
		"inspect",
		tokenizerPath,
		"--json",
	]);
	expect(code).toBe(0);
	expect(stderr).toContain(join(tokenizerPath, "tokenizer.json"));
	expect(stderr).toMatch(
		/engine +byte-level-bpe: the kernel runs every component of the file/,
	);
	expect(stderr).toMatch(/EOS +<\|end_of_text\|> \(4095\)/);
	expect(stderr).toMatch(/memory +\d+(\.\d)? MB a worker/);
	expect(JSON.parse(stdout)).toMatchObject({
		version: 1,
		command: "tokenizer inspect",
		engine: "byte-level-bpe",
		isFast: true,
		vocabSize: 4096,
	});
});

test("inspect says what keeps a tokenizer from the kernel", async () => {
	const directory = directoryWith({
		"tokenizer.json":
			'{"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":1},"unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100},"pre_tokenizer":{"type":"Whitespace"}}',
	});
	const { code, stdout, stderr } = await seqpack([
		"tokenizer",
		"inspect",
		directory,
	]);
	expect(code).toBe(0);
	expect(stdout).toBe("");
	expect(stderr).toMatch(
		/engine +wordpiece: JavaScript normalizes, the kernel splits and runs the model\n/,
	);
	expect(stderr).toMatch(/splits by +Whitespace/);
	expect(stderr).toMatch(/memory +\d+(\.\d)? MB a worker/);
});

test.each([
	[["tokenizer", "inspect"], 2, /missing required argument 'path'/],
	[["tokenizer", "inspect", "/nowhere"], 2, /no tokenizer at \/nowhere/],
	[["tokenizer", "nothing"], 2, /unknown command 'nothing'/],
	[
		["tokenizer", "inspect", "package.json"],
		4,
		/package\.json is not a usable tokenizer\.json: it has no "model"/,
	],
])("%j ends with %i", async (args, exitCode, sentence) => {
	const { code, stderr } = await seqpack(args);
	expect(stderr).toMatch(sentence);
	expect(code).toBe(exitCode);
});

test("--help of inspect has an example", async () => {
	const { code, stdout } = await seqpack(["tokenizer", "inspect", "--help"]);
	expect(code).toBe(0);
	expect(stdout).toContain("seqpack tokenizer inspect tokenizer.json");
});
