import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, openDataset } from "seqpack";
import { expect, test } from "vitest";
import {
	directoryWith,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

test.each(["parquet", "arrow"] as const)(
	"what is cut of %s files is told in a sentence, row by row and all together",
	async (format) => {
		const out = join(temporaryDirectory(), "data");
		await build({
			inputs: [directoryWith({ "a.jsonl": `{"text":"so it is"}\n` })],
			...{ tokenizer: tokenizerPath, seqLen: 32, workers: 0, format, out },
		});
		const dataset = await openDataset(out);
		const [{ path }] = dataset.manifest.shards;
		const whole = readFileSync(join(out, path));
		const failure = async (action: () => Promise<unknown>) =>
			action().then(
				() => null,
				(error) => [error.code, error.message],
			);
		for (const left of [0, 8, 40, whole.length - 9]) {
			writeFileSync(join(out, path), whole.subarray(0, left));
			const again = await openDataset(out);
			const read = async () => {
				for await (const _ of again.rows());
			};
			for (const action of [() => again.row(0), read]) {
				const [code, message] = (await failure(action)) ?? [];
				expect([left, code]).toEqual([left, "bad-shard"]);
				expect(message).toContain(`${path} cannot be read: `);
				expect(message).toContain("Check the dataset with seqpack verify.");
			}
		}
	},
);
