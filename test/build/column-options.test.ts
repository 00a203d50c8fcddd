import { join } from "node:path";
import {
	build,
	openBatches,
	openDataset,
	planCurriculum,
	verify,
} from "seqpack";
import { expect, test } from "vitest";
import { fixtures, temporaryDirectory } from "../helpers.js";

const inputs = [join(fixtures, "prose")];
const tokenizer = join(fixtures, "tokenizer");
const columns = [
	"chunk_offsets",
	"chunk_loss_tokens",
	"global_attention_mask",
	"prompt_lengths",
	"scaled_positions",
] as const;

test("columns that are told something are stored, verified, and made in batches", async () => {
	const directory = await temporaryDirectory();
	const out = join(directory, "data");
	const told = { chunk: 300, positions: "stretch:20,4" };
	await build({
		...{ inputs, tokenizer, out, seqLen: 1024, columns, ...told },
		...{ format: "arrow", workers: 1, taskSize: 20_000 },
	});
	expect((await verify(out)).problems).toEqual([]);
	const dataset = await openDataset(out);
	const row = (await dataset.row(0)) as unknown as Record<string, Int32Array>;
	const tokens = row.input_ids.length;
	expect([...row.chunk_offsets]).toEqual(
		[0, 300, 600, 900, 1024].map((n) => Math.min(n, tokens)),
	);
	expect(row.chunk_loss_tokens.reduce((a, b) => a + b)).toBe(
		tokens - row.seq_lengths.length,
	);
	expect(row.scaled_positions).toHaveLength(tokens);

	const plan = join(directory, "plan");
	await planCurriculum({ datasets: [out], out: plan, tokensPerStep: 2048 });
	const batches = await openBatches(plan, { columns, ...told, readAhead: 0 });
	for await (const batch of batches) {
		const { chunk_offsets, scaled_positions } = batch.columns;
		expect(chunk_offsets).toMatchObject({ type: "list<int32>" });
		expect([...(chunk_offsets.values as Int32Array).subarray(0, 5)]).toEqual([
			0, 300, 600, 900, 1024,
		]);
		expect(scaled_positions).toMatchObject({ type: "list<float32>" });
		break;
	}
});

test("what a column needs has to be given, and what none needs is refused", async () => {
	const wrong = (more: object) =>
		expect(build({ inputs, tokenizer, out: "nowhere", seqLen: 1024, ...more }))
			.rejects;
	await wrong({ columns: ["chunk_offsets"] }).toThrow(
		/the column chunk_offsets needs chunk: give it/,
	);
	await wrong({ chunk: 4 }).toThrow(
		/chunk would change nothing: it is for columns/,
	);
	await wrong({ columns: ["scaled_positions"], positions: "cubic:2" }).toThrow(
		/positions is "cubic:2": give linear:4/,
	);
});
