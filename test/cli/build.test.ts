import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	fixtures,
	seqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const usual = [
	"build",
	join(fixtures, "scripts"),
	...["--tokenizer", tokenizerPath],
	...["--seq-len", "1K"],
];

test("options of packing and masks come to the settings", () => {
	const out = join(temporaryDirectory(), "data");
	const { code, stderr } = seqpack([
		...usual,
		...["--out", out],
		...["--max-sequences-per-pack", "5"],
		...["--long-documents", "truncate"],
		...["--min-sequence", "20"],
		...["--pad-document-to-multiple", "16"],
		...["--pad-to-multiple", "128"],
		...["--order", "balanced", "--ranks", "2", "--shuffle-window", "64"],
		...["--columns", "labels,cu_seqlens_padded"],
		...["--loss-weight", "document"],
		...["--mask", '{"kind":"lambda","sinks":4,"window":256}'],
	]);
	expect(stderr).toMatch(/truncated/);
	expect(stderr).toMatch(
		/balance +the costliest row of a step is 1\.\d{4} times/,
	);
	expect(code, stderr).toBe(0);
	const manifest = JSON.parse(readFileSync(join(out, "seqpack.json"), "utf8"));
	expect(manifest.settings).toMatchObject({
		seqLen: 1024,
		packer: "capped",
		maxSequences: 5,
		longDocuments: "truncate",
		minSequence: 20,
		padDocumentToMultiple: 16,
		padToMultiple: 128,
		order: { name: "balanced", ranks: 2, shuffleWindow: 64 },
		columns: ["labels", "cu_seqlens_padded"],
		lossWeight: "document",
		mask: { kind: "lambda", sinks: 4, window: 256 },
	});
	expect(seqpack(["verify", out]).code).toBe(0);
});

test.each([
	[["--mask", "{"], /--mask.*It is not JSON/],
	[["--columns", "labels,nothing"], /--columns\) is "nothing"/],
	[["--packer", "tetris"], /--packer.*Allowed choices are/],
])("%j is wrong use", (args, sentence) => {
	const out = join(temporaryDirectory(), "data");
	const { code, stderr } = seqpack([...usual, "--out", out, ...args]);
	expect(stderr).toMatch(sentence);
	expect(code).toBe(2);
});
