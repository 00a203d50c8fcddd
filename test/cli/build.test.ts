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

test("options of packing and masks come to the settings", async () => {
	const out = join(temporaryDirectory(), "data");
	const { code, stderr } = await seqpack([
		...usual,
		...["--out", out],
		...["--max-sequences", "5"],
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
		buckets: [{ length: 1024, capacity: 1024, directory: "data" }],
		packer: { name: "capped", maxSequences: 5 },
		cut: { name: "truncate", maxLength: 1024, minSequence: 20 },
		padDocumentToMultiple: 16,
		padToMultiple: 128,
		order: { name: "balanced", ranks: 2, shuffleWindow: 64 },
		columns: ["labels", "cu_seqlens_padded"],
		lossWeight: "document",
		mask: { kind: "lambda", sinks: 4, window: 256 },
	});
	expect((await seqpack(["verify", out])).code).toBe(0);
});

test.each([
	[
		["--mask", "{"],
		/'--mask <kind>' argument '\{' is invalid. Give a kind of mask, such as \{"kind"/,
	],
	[["--columns", "labels,nothing"], /^seqpack: --columns is "nothing"/],
	[
		["--packer", "tetris"],
		/^seqpack: --packer is "tetris", and there is no such packer: give one of best-fit/,
	],
])("%j is wrong use", async (args, sentence) => {
	const out = join(temporaryDirectory(), "data");
	const { code, stderr } = await seqpack([...usual, "--out", out, ...args]);
	expect(stderr).toMatch(sentence);
	expect(code).toBe(2);
});
