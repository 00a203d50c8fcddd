import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { build, openBatches, planCurriculum } from "seqpack";
import { expect, test } from "vitest";
import { canonicalJson } from "../../src/storage/hash.js";
import { directoryWith, temporaryDirectory } from "../helpers.js";

const sha256 = (bytes: string | Buffer) =>
	createHash("sha256").update(bytes).digest("hex");

test("a step beyond what its bucket has is an error, though all hashes fit", async () => {
	const directory = temporaryDirectory();
	const [dataset, out] = ["d", "plan"].map((name) => join(directory, name));
	const ids = Array.from({ length: 600 }, (_, i) => i % 99);
	const inputs = [directoryWith({ "a.jsonl": `${JSON.stringify({ ids })}\n` })];
	await build({
		...{ inputs, tokensField: "ids", vocabSize: 100, workers: 0 },
		...{ seqLen: 64, format: "arrow", out: dataset },
	});
	await planCurriculum({ datasets: [dataset], tokensPerStep: 128, out });
	const path = join(out, "curriculum.json");
	const { planHash: _, ...plan } = JSON.parse(readFileSync(path, "utf8"));
	const steps = join(out, plan.steps.path);
	const sound = readFileSync(steps);
	for (const [column, value] of [
		["offset", 10n ** 12n],
		["batch_size", 2 ** 31 - 1],
		["length", 2 ** 31 - 1],
		["bucket", 1],
		["stage", -1],
	] as const) {
		const bytes = Buffer.from(sound);
		const values = tableFromIPC(bytes).getChild(column)?.data[0].values;
		values[0] = value;
		writeFileSync(steps, bytes);
		const fitted = { ...plan, steps: { ...plan.steps, sha256: sha256(bytes) } };
		const planHash = sha256(canonicalJson(fitted));
		writeFileSync(path, JSON.stringify({ ...fitted, planHash }));
		const read = async () => {
			for await (const _ of await openBatches(out, { readAhead: 0 })) break;
		};
		await expect(read(), column).rejects.toThrow(
			/step 0 of the plan is not one of its stages and buckets/,
		);
	}
});
