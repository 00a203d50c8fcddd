import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { build, packStore, verify } from "seqpack";
import { describe, expect, test } from "vitest";
import { packDocuments } from "../../src/pack/pack-documents.js";
import { packers } from "../../src/pack/packers.js";
import { readManifest, readRows } from "../build/dataset-rows.js";
import { directoryWith, temporaryDirectory } from "../helpers.js";
import { checkPacking } from "./instances.js";

const documents = fc.tuple(
	fc.array(fc.nat(150), { maxLength: 40 }),
	fc.integer({ min: 1, max: 64 }),
	fc.integer({ min: 1, max: 64 }),
);

describe.each(packers.names)("%s", (packer) => {
	test("no sequence is longer than it may be, and no token is lost", () => {
		fc.assert(
			fc.property(documents, ([list, a, b]) => {
				const [maxSequence, capacity] = [Math.min(a, b), Math.max(a, b)];
				const lengths = Int32Array.from(list);
				const { pieces, packing } = packDocuments(lengths, capacity, {
					packer,
					maxSequence,
				});
				checkPacking(pieces.length, capacity, packing);
				expect(Math.max(0, ...pieces.length)).toBeLessThanOrEqual(maxSequence);
				const covered = new Int32Array(list.length);
				for (let i = 0; i < pieces.length.length; i++) {
					expect(pieces.start[i]).toBe(covered[pieces.document[i]]);
					covered[pieces.document[i]] += pieces.length[i];
				}
				expect(covered).toEqual(lengths);
			}),
		);
	});
});

test("concat cuts at the ends of documents, of rows, and of so many tokens of a row", () => {
	fc.assert(
		fc.property(documents, ([list, a, b]) => {
			const [maxSequence, capacity] = [Math.min(a, b), Math.max(a, b)];
			const { pieces } = packDocuments(Int32Array.from(list), capacity, {
				packer: "concat",
				maxSequence,
			});
			const borders = new Set<number>();
			let tokens = 0;
			for (const length of list) {
				tokens += length;
				borders.add(tokens);
			}
			for (let row = 0; row < tokens; row += capacity)
				for (let part = 0; part < capacity; part += maxSequence)
					borders.add(Math.min(tokens, row + part));
			borders.delete(0);
			const found: number[] = [];
			let end = 0;
			for (const length of pieces.length) {
				end += length;
				found.push(end);
			}
			expect(found).toEqual([...borders].sort((a, b) => a - b));
		}),
	);
});

/** Ids of documents of 1,000 tokens and fewer. */
const lengths = [1000, 30, 640, 64, 300, 65, 1, 128, 900];
const written = lengths
	.map((n, d) => JSON.stringify({ ids: Array(n).fill(d) }))
	.join("\n");

async function stored() {
	const inputs = [join(directoryWith({ "a.jsonl": written }), "a.jsonl")];
	const store = join(temporaryDirectory(), "store");
	const ids = { tokensField: "ids", vocabSize: 10, workers: 0 };
	await build({ inputs, ...ids, layout: "documents", out: store });
	return { inputs, ids, store };
}

test("full pieces of documents fill longer rows, in a build as in a packing of a store", async () => {
	const { inputs, ids, store } = await stored();
	const rows = { seqLen: 512, maxSequence: 64, minSequence: 64 };
	const out = join(temporaryDirectory(), "packing");
	const data = join(temporaryDirectory(), "data");
	const { manifest } = await packStore({ store, ...rows, workers: 0, out });
	const built = await build({
		...{ inputs, ...ids, ...rows, format: "arrow", out: data },
	});
	const whole = lengths.reduce((sum, n) => sum + Math.floor(n / 64), 0);
	for (const { totals } of [manifest, built.manifest]) {
		const [{ sequences, tokens, rows }] = Object.values(totals.buckets);
		expect([sequences, tokens, rows]).toEqual([
			whole,
			whole * 64,
			Math.ceil(whole / 8),
		]);
		const all = lengths.reduce((a, b) => a + b);
		expect(totals.dropped).toMatchObject({
			"too-short": { tokens: all - whole * 64 },
		});
	}
	for (const { path } of readManifest(data).shards)
		for (const { seq_lengths } of await readRows(join(data, path)))
			expect(new Set(seq_lengths)).toEqual(new Set([64]));
	expect((await verify(out)).problems).toEqual([]);
	expect((await verify(data)).problems).toEqual([]);
});

test.each([
	[{}, "maxLength"],
	[{ packer: "concat" as const }, "maxSequence"],
])("verify finds sequences that are too long, with %j", async (how, option) => {
	const { store } = await stored();
	const out = join(temporaryDirectory(), "packing");
	await packStore({
		...{ store, seqLen: 512, maxSequence: 64, ...how, workers: 0, out },
	});
	expect((await verify(out)).problems).toEqual([]);
	const manifest = readManifest(out);
	expect(manifest.settings.cut[option]).toBe(64);
	manifest.settings.cut[option] = 63;
	writeFileSync(join(out, "seqpack.json"), JSON.stringify(manifest));
	const { problems } = await verify(out, { mostProblems: 1000 });
	expect(problems.join("\n")).toMatch(/a sequence of 64 tokens, more than 63/);
});
