import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, estimateBuild } from "seqpack";
import { expect, test } from "vitest";
import { readTokens } from "../../src/documents/read-tokens.js";
import { findInputs, noticesOf } from "../../src/sources/find/find-inputs.js";
import { loadTokenizer } from "../../src/storage/load-tokenizer.js";
import {
	directoryWith,
	root,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const recorded = join(root, "fixtures/interop/tokens");
const texts: string[] = JSON.parse(
	readFileSync(join(recorded, "texts.json"), "utf8"),
);

test.each(["datatrove", "megatron"])(
	"what datatrove wrote as %s has the ids of its texts",
	async (directory) => {
		const tokenizer = await loadTokenizer(tokenizerPath);
		const documents: number[][] = [];
		for await (const { tokens } of readTokens([join(recorded, directory)], {
			vocabSize: tokenizer.vocabSize,
		}))
			for (let i = 0; i + 1 < tokens.offsets.length; i++)
				documents.push([
					...tokens.ids.subarray(tokens.offsets[i], tokens.offsets[i + 1]),
				]);
		expect(documents).toEqual(
			texts.map((text) => [...tokenizer.encode(text), tokenizer.eos?.id]),
		);
	},
);

test.each(["datatrove", "megatron"])(
	"a build of what it wrote as %s, and its estimate, have all tokens",
	async (directory) => {
		const options = {
			inputs: [join(recorded, directory)],
			...{ vocabSize: 4096, seqLen: 8, workers: 1 },
			out: join(temporaryDirectory(), "out"),
		};
		const estimate = await estimateBuild(options);
		expect(estimate.stops).toBeNull();
		const { manifest } = await build(options);
		const tokens = 38;
		expect(manifest.totals.textTokens).toBe(tokens);
		expect(estimate.counts).toMatchObject({ documents: { value: 4 } });
		expect(await build(options)).toMatchObject({ status: "already-built" });
	},
);

test("a mask that is not read is told", async () => {
	const directory = directoryWith({
		"a.ds": Buffer.from([1, 0]),
		"a.ds.index": Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]),
		"a.ds.loss": Buffer.from([1]),
	});
	const [notice] = noticesOf(await findInputs([directory]));
	expect(notice).toMatch(
		/what is to be trained on, in \.ds\.loss, is not read/,
	);
});
