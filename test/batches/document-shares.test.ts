// Shares of sequences: rows that Transformer Engine's index function cuts out of the padded row.
import { join } from "node:path";
import {
	type Batch,
	type BatchOptions,
	type CurriculumOptions,
	openBatches,
	planCurriculum,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { sharedDirectory, temporaryDirectory } from "../helpers.js";
import { partitionedIndices } from "../masks/partitioned-indices.js";
import { allOf, builtFrom } from "./datasets.js";

const shared = sharedDirectory();
const packed = join(shared, "packed");
const plusOne = join(shared, "plus-one");
const store = join(shared, "store");

beforeAll(async () => {
	await builtFrom("code", packed, {
		layout: "packed",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
		seqLen: 1024,
		format: "arrow",
	});
	await builtFrom("prose", plusOne, { plusOne: true, minLength: 64 });
	await builtFrom("code", store, {
		layout: "documents",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
	});
}, 60_000);

async function planned(options: Partial<CurriculumOptions>): Promise<string> {
	const out = join(temporaryDirectory(), "plan");
	await planCurriculum({
		datasets: [packed],
		tokensPerStep: 8 * 1024,
		worldSize: 2,
		padId: 7,
		out,
		...options,
	});
	return out;
}

async function batchesOf(out: string, options: BatchOptions): Promise<Batch[]> {
	return allOf(await openBatches(out, { readAhead: 0, steps: 3, ...options }));
}

function list(batch: Batch, name: string, row: number): number[] {
	const { values, offsets } = batch.columns[name] as {
		values: Int32Array;
		offsets: Int32Array;
	};
	return [...values.subarray(offsets[row], offsets[row + 1])];
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const columns = ["position_ids", "shift_labels", "labels", "seq_idx"] as const;
const PADDING = { input_ids: 7, shift_labels: -100, labels: -100 };

/** A row of a group, put together from the shares of its ranks as kernels have them. */
function joined(shares: Batch[], name: string, row: number): number[] {
	const borders = list(shares[0], "cu_seqlens_padded", row);
	const total = borders.at(-1) ?? 0;
	const whole: number[] = new Array(total).fill(Number.NaN);
	for (const [part, share] of shares.entries()) {
		const places = partitionedIndices(borders, total, shares.length, part);
		const values = list(share, name, row);
		expect(values).toHaveLength(places.length);
		places.forEach((place, i) => {
			whole[place] = values[i];
		});
	}
	return whole;
}

describe("document-zigzag", () => {
	test.each([
		["packed", packed, 2, undefined],
		["packed", packed, 4, 16],
		["flat", packed, 4, 24],
		["bucketed", plusOne, 2, 12],
		["flat", plusOne, 2, undefined],
		["token-budget", packed, 2, 8],
	] as const)(
		"shares of %s rows are those of uncut ones, padded",
		async (batches, dataset, parts, sequenceMultiple) => {
			const out = await planned({ datasets: [dataset], batches });
			const multiple = sequenceMultiple ?? 2 * parts;
			for (const group of [0, 1]) {
				const uncut = await batchesOf(out, {
					rank: group,
					worldSize: 2,
					columns,
				});
				const shares: Batch[][] = [];
				for (const part of range(parts))
					shares.push(
						await batchesOf(out, {
							rank: group * parts + part,
							worldSize: 2 * parts,
							columns,
							sequenceParallel: parts,
							sequenceShares: "document-zigzag",
							...(sequenceMultiple && { sequenceMultiple }),
						}),
					);
				for (const [step, batch] of uncut.entries()) {
					const ofStep = shares.map((share) => share[step]);
					const widths = new Set<number>();
					let longest = 0;
					for (const row of range(batch.rows)) {
						const lengths = list(batch, "seq_lengths", row);
						// Of rows with a token more, that is a label alone.
						if (batches === "bucketed") lengths[0]--;
						const roomy = lengths.map(
							(n) => Math.ceil(n / multiple) * multiple,
						);
						const padded = roomy.reduce((a, b) => a + b);
						longest = Math.max(longest, padded);
						const borders = list(ofStep[0], "cu_seqlens_padded", row);
						const real = list(ofStep[0], "cu_seqlens", row);
						const tail = (borders.at(-1) ?? 0) - padded;
						const end = tail > 0 ? [tail] : [];
						const lengthsOf = (from: number[]) =>
							from.slice(1).map((to, i) => to - from[i]);
						expect(lengthsOf(borders)).toEqual([...roomy, ...end]);
						expect(lengthsOf(real)).toEqual([...lengths, ...end]);
						widths.add(padded + tail);
						for (const name of ["input_ids", ...columns]) {
							const whole = list(batch, name, row);
							const due: number[] = [];
							let at = 0;
							for (const [i, length] of lengths.entries()) {
								const own = whole.slice(at, at + length);
								for (let k = length; k < roomy[i]; k++)
									own.push(
										name === "position_ids"
											? k
											: name === "seq_idx"
												? i
												: PADDING[name as keyof typeof PADDING],
									);
								due.push(...own);
								at += length;
							}
							for (let k = 0; k < tail; k++)
								due.push(
									name === "position_ids"
										? k
										: name === "seq_idx"
											? lengths.length
											: PADDING[name as keyof typeof PADDING],
								);
							expect(joined(ofStep, name, row)).toEqual(due);
						}
					}
					expect([...widths]).toEqual([longest]);
					for (const share of ofStep) {
						expect(share.length).toBe(longest / parts);
						for (const name of ["step_labels", "rank_labels", "cu_seqlens"])
							expect(share.columns[name].values).toEqual(
								ofStep[0].columns[name].values,
							);
					}
					const labels = range(batch.rows)
						.flatMap((row) => joined(ofStep, "shift_labels", row))
						.filter((label) => label !== -100);
					const { values } = ofStep[0].columns.rank_labels;
					expect(values[0]).toBe(labels.length);
				}
			}
		},
	);
});

test("document-contiguous shares of a sequence follow one another", async () => {
	const out = await planned({ datasets: [packed], batches: "flat" });
	const options = {
		worldSize: 4,
		sequenceParallel: 2,
		sequenceShares: "document-contiguous",
	} as const;
	const [first, second] = await Promise.all(
		[0, 1].map((rank) => batchesOf(out, { ...options, rank })),
	);
	const [batch] = await batchesOf(out, { worldSize: 2 });
	const borders = list(first[0], "cu_seqlens_padded", 0);
	const whole = list(batch, "input_ids", 0);
	let at = 0;
	for (const [i, length] of list(batch, "seq_lengths", 0).entries()) {
		const [from, to] = [borders[i] / 2, borders[i + 1] / 2];
		const own = [first[0], second[0]].flatMap((share) =>
			list(share, "input_ids", 0).slice(from, to),
		);
		expect(own.slice(0, length)).toEqual(whole.slice(at, at + length));
		expect(own.slice(length)).toEqual(length % 2 === 0 ? [] : [7]);
		at += length;
	}
});

describe("shares by document are refused", () => {
	const zigzag = { sequenceShares: "document-zigzag" } as const;

	test("where they cannot be cut, with the numbers", async () => {
		const out = await planned({});
		const open = (options: BatchOptions) => openBatches(out, options);
		await expect(
			open({
				...zigzag,
				worldSize: 16,
				sequenceParallel: 8,
				sequenceMultiple: 24,
			}),
		).rejects.toThrow(
			/multiple of 24 \(sequenceMultiple\) cannot be cut into 16 equal parts, as document-zigzag shares of 8 ranks need: give a multiple of 16/,
		);
		await expect(
			open({ ...zigzag, worldSize: 8, sequenceParallel: 3 }),
		).rejects.toThrow(/do not divide the 8 ranks/);
		await expect(
			open({ worldSize: 4, sequenceParallel: 2, sequenceMultiple: 8 }),
		).rejects.toThrow(/give sequenceShares: "document-zigzag" too/);
		await expect(open({ columns: ["cu_seqlens_padded"] })).rejects.toThrow(
			/cu_seqlens_padded are of sequences that are padded/,
		);
		const shares = { ...zigzag, worldSize: 4, sequenceParallel: 2 };
		await expect(
			open({ ...shares, columns: ["chunk_offsets"], chunk: 64 }),
		).rejects.toThrow(/chunk_offsets are of whole rows/);
		await expect(open({ ...shares, columns: ["loss_weight"] })).rejects.toThrow(
			/gives shifted ones/,
		);
	});

	test("where documents are read in chunks", async () => {
		const out = await planned({
			datasets: [store],
			order: "documents",
			chunk: 256,
			tokensPerStep: 4 * 256,
		});
		await expect(
			openBatches(out, { ...zigzag, worldSize: 4, sequenceParallel: 2 }),
		).rejects.toThrow(
			/4 lanes read documents in chunks of 256 tokens.*: give one that cuts rows, contiguous or zigzag/,
		);
	});

	test("where a multiple makes rows longer than batches can be", async () => {
		const out = await planned({ tokensPerStep: 128 * 1024 });
		const batches = batchesOf(out, {
			...zigzag,
			worldSize: 2,
			sequenceParallel: 2,
			sequenceMultiple: 2 ** 21,
			steps: 1,
		});
		await expect(batches).rejects.toThrow(
			/tokens once each sequence is padded to a multiple of 2097152.*: give a smaller multiple/,
		);
	});
});
