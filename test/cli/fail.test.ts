import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { asFlag, failWith, flagName } from "../../cli/fail.js";
import {
	DataError,
	EnvironmentError,
	InterruptedError,
	optionName,
	UsageError,
} from "../../src/core/errors.js";

let printed: string;
beforeEach(() => {
	printed = "";
	vi.spyOn(process.stderr, "write").mockImplementation((text) => {
		printed += text;
		return true;
	});
});
afterEach(() => {
	vi.restoreAllMocks();
});

test.each([
	["seqLen", undefined, "--seq-len"],
	["onError", "skip", "--on-error skip"],
	["overwrite", true, "--overwrite"],
	["addEos", false, "--no-add-eos"],
	["seed", 0, "--seed 0"],
	["padDocumentToMultiple", 16, "--pad-document-to-multiple 16"],
	["buckets", [256, 512], "--buckets 256,512"],
	["tokenizer", "my model/", "--tokenizer 'my model/'"],
	["bosToken", "<s>", "--bos-token '<s>'"],
	["eosToken", "it's", "--eos-token 'it'\\''s'"],
	["mask", { kind: "causal" }, `--mask '{"kind":"causal"}'`],
])("%s: %j is %s", (option, value, flag) => {
	expect(asFlag(option, value)).toBe(flag);
});

test("options are printed as flags, whatever the library calls them", () => {
	const sentence = `a row of ${optionName("seqLen")} is too short: give ${optionName("longDocuments", "drop")} or ${optionName("overwrite", true)}.`;
	expect(failWith(new UsageError("x", sentence))).toBe(2);
	expect(printed).toBe(
		"seqpack: a row of --seq-len is too short: give --long-documents drop or --overwrite.\n",
	);
});

test.each([
	[new EnvironmentError("x", "s"), 1],
	[new UsageError("x", "s"), 2],
	[new DataError("x", "s"), 4],
	[new InterruptedError("s"), 130],
])("the exit code is the error's own: %s", (error, code) => {
	expect(failWith(error)).toBe(code);
	expect(printed).toBe("seqpack: s\n");
});

test("what nobody foresaw is called a defect, and shows where only if asked", () => {
	expect(failWith(new TypeError("x is \u001b[31mnot a function"))).toBe(1);
	expect(printed).toMatch(
		/^seqpack: this should not have happened: x is \\u001b\[31mnot a function\n/,
	);
	expect(printed).not.toMatch(/\n\s+at /);
	vi.stubEnv("SEQPACK_DEBUG", "1");
	failWith(new Error("again"));
	expect(printed).toMatch(/\n\s+at /);
	vi.unstubAllEnvs();
});

test("a terminal obeys nothing that an error quotes", () => {
	failWith(new DataError("x", "a file called \u001b]0;mine\u0007.jsonl"));
	expect(printed).toBe("seqpack: a file called \\u001b]0;mine\\u0007.jsonl\n");
});

test("names of options are spelled as the command spells them", () => {
	expect(["limit", "perStratum"].map(flagName)).toEqual([
		...["limit", "per-stratum"],
	]);
});
