import { join } from "node:path";
import fc from "fast-check";
import { build, verify } from "seqpack";
import { expect, test } from "vitest";
import { packDocuments } from "../../src/pack/pack-documents.js";
import { readManifest, readRows } from "../build/dataset-rows.js";
import { fixtures, temporaryDirectory, tokenizerPath } from "../helpers.js";

/** Tokens of the rows of documents. */
function rowsOf(lengths: Int32Array, capacity: number, randomLength?: number) {
	const { pieces, packing } = packDocuments(lengths, capacity, {
		packer: "concat",
		...(randomLength !== undefined && { randomLength }),
	});
	const { order, packOffsets } = packing;
	return Array.from(packOffsets.subarray(0, -1), (first, pack) =>
		order
			.subarray(first, packOffsets[pack + 1])
			.reduce((sum, piece) => sum + pieces.length[piece], 0),
	);
}

test("a share of the rows ends at a length drawn uniformly, and no token is lost", () => {
	const lengths = new Int32Array(4000).fill(777);
	const rows = rowsOf(lengths, 256, 0.1);
	expect(rows.reduce((a, b) => a + b)).toBe(4000 * 777);
	const short = rows.slice(0, -1).filter((tokens) => tokens < 256);
	// 0.1 of about 12,800 rows, and 1 in 256 of those is whole by chance: within 5 deviations.
	const due = 0.1 * (255 / 256) * rows.length;
	expect(Math.abs(short.length - due)).toBeLessThan(5 * Math.sqrt(due));
	const mean = short.reduce((a, b) => a + b) / short.length;
	expect(Math.abs(mean - 128)).toBeLessThan((5 * 74) / Math.sqrt(short.length));
	expect(Math.min(...short)).toBeGreaterThan(0);
});

test("documents stay in order, each token once, and no row is over its capacity", () => {
	fc.assert(
		fc.property(
			fc.array(fc.nat(60), { maxLength: 30 }),
			fc.integer({ min: 1, max: 40 }),
			fc.constantFrom(0.01, 0.5, 1),
			(list, capacity, share) => {
				const lengths = Int32Array.from(list);
				const rows = rowsOf(lengths, capacity, share);
				const tokens = list.reduce((a, b) => a + b, 0);
				expect(rows.reduce((a, b) => a + b, 0)).toBe(tokens);
				expect(rows.every((row) => row > 0 && row <= capacity)).toBe(true);
				const plain = rowsOf(lengths, capacity);
				expect(plain).toEqual(
					Array.from({ length: Math.ceil(tokens / capacity) }, (_, row) =>
						Math.min(capacity, tokens - row * capacity),
					),
				);
			},
		),
	);
});

test("a build has such rows, and they verify", async () => {
	const out = join(temporaryDirectory(), "data");
	await build({
		inputs: [join(fixtures, "prose")],
		tokenizer: tokenizerPath,
		...{ seqLen: 256, packer: "concat", randomLength: 0.2, out, workers: 1 },
	});
	expect((await verify(out)).problems).toEqual([]);
	const rows = [];
	for (const { path } of readManifest(out).shards)
		rows.push(...(await readRows(join(out, path))));
	const short = rows.filter(({ input_ids }) => input_ids.length < 256);
	expect(short.length / rows.length).toBeGreaterThan(0.1);
	expect(short.length / rows.length).toBeLessThan(0.3);
});
