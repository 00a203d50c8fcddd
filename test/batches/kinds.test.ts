import { join } from "node:path";
import fc from "fast-check";
import {
	type Batch,
	type BatchOptions,
	type CurriculumOptions,
	openBatches,
	planCurriculum,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { tokenBudgetBatches } from "../../src/curriculum/token-budget.js";
import { balanceRanks } from "../../src/pack/balance-ranks.js";
import { rankImbalance } from "../../src/pack/imbalance.js";
import { type Row, readManifest, readRows } from "../build/dataset-rows.js";
import {
	expectNumbers,
	sharedDirectory,
	temporaryDirectory,
} from "../helpers.js";
import { allOf, builtFrom, rowsOf } from "./datasets.js";

const shared = sharedDirectory();
const packed = join(shared, "packed");
const buckets = join(shared, "buckets");
const plusOne = join(shared, "plus-one");
const whole = join(shared, "whole");
let packedRows: Row[] = [];

async function rowsOfDataset(directory: string): Promise<Row[]> {
	const rows = [];
	for (const { path } of readManifest(directory).shards)
		rows.push(...(await readRows(join(directory, path))));
	return rows;
}

beforeAll(async () => {
	const packedOptions = {
		layout: "packed",
		decomposer: undefined,
		minLength: undefined,
		maxLength: undefined,
		seqLen: 4096,
		shardTokens: 2 ** 17,
		format: "arrow",
	} as const;
	await builtFrom("code", packed, packedOptions);
	await builtFrom("prose", buckets);
	await builtFrom("prose", plusOne, { plusOne: true });
	await builtFrom("code", whole, {
		decomposer: "whole",
		minLength: 512,
		maxLength: 4096,
	});
	packedRows = await rowsOfDataset(packed);
}, 60_000);

async function planned(options: Partial<CurriculumOptions>) {
	const out = join(temporaryDirectory(), "plan");
	const plan = await planCurriculum({
		datasets: [packed],
		tokensPerStep: 4 * 4096,
		out,
		...options,
	});
	return { out, plan };
}

async function batchesOf(
	out: string,
	options: BatchOptions = {},
): Promise<Batch[]> {
	return allOf(await openBatches(out, { readAhead: 0, ...options }));
}

function list(batch: Batch, name: string, row = 0): number[] {
	const { values, offsets } = batch.columns[name] as {
		values: Int32Array;
		offsets: Int32Array;
	};
	return [...values.subarray(offsets[row], offsets[row + 1])];
}

function numbers(batch: Batch, name: string): number[] {
	return [...(batch.columns[name].values as Int32Array)];
}

describe("packed rows", () => {
	test("come once each, padded to the row, with masks", async () => {
		const { out, plan } = await planned({ worldSize: 2, padId: 7 });
		const columns = [
			"position_ids",
			"segment_ids",
			"attention_mask",
			"labels",
			"shift_labels",
			"loss_mask",
			"cu_seqlens",
		] as const;
		const batches = [
			...(await batchesOf(out, { rank: 0, worldSize: 2, columns })),
			...(await batchesOf(out, { rank: 1, worldSize: 2, columns })),
		];
		const seen = batches.flatMap(rowsOf);
		expect(new Set(seen.map(({ row }) => row)).size).toBe(plan.totals.rows);
		expect(plan.totals.rows + plan.totals.unusedRows).toBe(packedRows.length);
		for (const { row, ids, lengths, bucket } of seen) {
			const due = packedRows[row];
			const used = due.input_ids.length;
			expect(bucket).toBe(4096);
			expect(ids).toHaveLength(4096);
			expectNumbers(ids.slice(0, used), due.input_ids);
			expect(ids.slice(used).every((id) => id === 7)).toBe(true);
			expect(lengths).toEqual(due.seq_lengths);
		}
		const byStep = new Map<number, number>();
		for (const batch of batches) {
			const labels = [...Array(batch.rows).keys()]
				.flatMap((row) => list(batch, "labels", row))
				.filter((label) => label !== -100).length;
			for (const count of numbers(batch, "rank_labels"))
				expect(count).toBe(labels);
			byStep.set(batch.step, (byStep.get(batch.step) ?? 0) + labels);
		}
		for (const batch of batches)
			for (const count of numbers(batch, "step_labels"))
				expect(count).toBe(byStep.get(batch.step));
		for (const batch of batches)
			for (let i = 0; i < batch.rows; i++) {
				const { ids, lengths } = rowsOf(batch)[i];
				const used = lengths.reduce((a, b) => a + b, 0);
				const starts = new Set([0]);
				for (const [n] of lengths.entries())
					starts.add(lengths.slice(0, n + 1).reduce((a, b) => a + b, 0));
				const labels = ids.map((id, at) =>
					at >= used || starts.has(at) ? -100 : id,
				);
				expectNumbers(list(batch, "labels", i), labels);
				expectNumbers(list(batch, "shift_labels", i), [
					...labels.slice(1),
					-100,
				]);
				expectNumbers(
					list(batch, "loss_mask", i),
					labels.map((label) => Number(label !== -100)),
				);
				expectNumbers(
					list(batch, "attention_mask", i),
					ids.map((_, at) => Number(at < used)),
				);
				const segments = list(batch, "segment_ids", i);
				const positions = list(batch, "position_ids", i);
				const after = Array.from({ length: used - 1 }, (_, at) => at + 1);
				expectNumbers(
					segments.slice(1, used),
					after.map((at) => segments[at - 1] + Number(starts.has(at))),
				);
				expectNumbers(
					positions.slice(1, used),
					after.map((at) => (starts.has(at) ? 0 : positions[at - 1] + 1)),
				);
				expect(segments.slice(used).every((segment) => segment === 0)).toBe(
					true,
				);
				const borders = [...starts].sort((a, b) => a - b);
				expect(list(batch, "cu_seqlens", i)).toEqual(
					used === 4096 ? borders : [...borders, 4096],
				);
			}
	});

	test("rows of buckets that are not full are padded too", async () => {
		const { out, plan } = await planned({
			datasets: [whole],
			tokensPerStep: 4096,
			batches: "bucketed",
		});
		const batches = await batchesOf(out);
		expect(new Set(batches.map(({ length }) => length)).size).toBeGreaterThan(
			2,
		);
		let tokens = 0;
		for (const { ids, bucket, lengths } of batches.flatMap(rowsOf)) {
			expect(ids).toHaveLength(bucket);
			expect(lengths).toHaveLength(1);
			tokens += lengths[0];
		}
		expect(tokens).toBeLessThan(plan.totals.steps * 4096);
	});
});

describe("flat", () => {
	test("the rows of a step one after the other, with borders, and no padding", async () => {
		const { out } = await planned({ batches: "flat" });
		for (const batch of await batchesOf(out)) {
			expect(batch.rows).toBe(1);
			const rows = list(batch, "row").map(Number);
			expect(rows).toHaveLength(4);
			const due = rows.map((row) => packedRows[row]);
			expect(list(batch, "input_ids")).toEqual(
				due.flatMap((row) => row.input_ids),
			);
			const lengths = due.flatMap((row) => row.seq_lengths);
			expect(list(batch, "seq_lengths")).toEqual(lengths);
			let end = 0;
			const ends = lengths.map((length) => {
				end += length;
				return end;
			});
			expect(list(batch, "cu_seqlens")).toEqual([0, ...ends]);
			expect(list(batch, "position_ids")).toEqual(
				lengths.flatMap((n) => Array.from({ length: n }, (_, i) => i)),
			);
			expect(batch.length).toBe(end);
		}
	});
});

describe("token budget", () => {
	const tokensPerStep = 8192;

	test("each sequence once, none over the budget, padding as reported", async () => {
		const { out, plan } = await planned({
			batches: "token-budget",
			tokensPerStep,
			worldSize: 2,
		});
		const ranks = [
			await batchesOf(out, { rank: 0, worldSize: 2 }),
			await batchesOf(out, { rank: 1, worldSize: 2 }),
		];
		const [stage] = plan.stages;
		const keys = new Set<string>();
		let tokens = 0;
		let padded = 0;
		for (const [step, first] of ranks[0].entries()) {
			const second = ranks[1][step];
			expect(second.length).toBe(first.length);
			expect(second.rows).toBe(first.rows);
			expect(first.length * (first.rows + second.rows)).toBeLessThanOrEqual(
				tokensPerStep,
			);
			padded += first.length * (first.rows + second.rows);
			let longest = 0;
			for (const batch of [first, second])
				rowsOf(batch).forEach(({ row, ids, lengths }, i) => {
					const start = Number(batch.columns.start.values[i]);
					keys.add(`${row} ${start}`);
					tokens += lengths[0];
					longest = Math.max(longest, lengths[0]);
					expect(ids.slice(0, lengths[0])).toEqual(
						packedRows[row].input_ids.slice(start, start + lengths[0]),
					);
				});
			expect(longest).toBe(first.length);
		}
		const all = packedRows.reduce(
			(sum, row) => sum + row.seq_lengths.length,
			0,
		);
		expect(keys.size + (stage.pools?.leftSequences ?? 0)).toBe(all);
		expect(tokens).toBe(stage.tokens);
		expect(padded).toBe(stage.pools?.paddedTokens);
		expect(1 - tokens / padded).toBeLessThan(0.15);
	});

	test("any step can be the first", async () => {
		const { out, plan } = await planned({
			batches: "token-budget",
			tokensPerStep,
			epochs: 3,
		});
		const all = (await batchesOf(out)).map(rowsOf);
		expect(all).toHaveLength(plan.totals.steps);
		for (const fromStep of [1, Math.floor(all.length / 2), all.length - 1])
			expect(
				(await batchesOf(out, { fromStep, steps: 3 })).map(rowsOf),
			).toEqual(all.slice(fromStep, fromStep + 3));
	});

	test("shares out every sequence, in batches of a multiple", () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 80 }),
				fc.integer({ min: 1, max: 4 }),
				(list, multiple) => {
					const { order, offsets } = tokenBudgetBatches(
						Int32Array.from(list),
						200,
						multiple,
					);
					expect(new Set(order).size).toBe(order.length);
					expect(list.length - order.length).toBeLessThan(multiple);
					for (let i = 0; i + 1 < offsets.length; i++) {
						const batch = [...order.slice(offsets[i], offsets[i + 1])].map(
							(s) => list[s],
						);
						expect(batch.length % multiple).toBe(0);
						expect(Math.max(...batch) * batch.length).toBeLessThanOrEqual(200);
					}
				},
			),
		);
	});

	test("a sequence that no step can hold is refused with the numbers", async () => {
		await expect(
			planned({ batches: "token-budget", tokensPerStep: 4096, worldSize: 8 }),
		).rejects.toThrow(
			/a sequence of \d+ tokens, times 8, is more than the 4096 tokens/,
		);
		await expect(
			planned({
				batches: "token-budget",
				datasets: [buckets],
				tokensPerStep: 4096,
			}),
		).rejects.toThrow(/are for packed rows, and there are buckets of 16, 32/);
	});
});

describe("balanced ranks", () => {
	test("have the rows of the step, as many each, at near equal costs", async () => {
		const { out } = await planned({ tokensPerStep: 16 * 4096, worldSize: 4 });
		const plain = [];
		const balanced = [];
		for (let rank = 0; rank < 4; rank++) {
			plain.push(await batchesOf(out, { rank, worldSize: 4 }));
			balanced.push(
				await batchesOf(out, { rank, worldSize: 4, balanceRanks: true }),
			);
		}
		const cost = (batch: Batch) =>
			rowsOf(batch)
				.flatMap(({ lengths }) => lengths)
				.reduce((sum, n) => sum + 6 * 4096 * n + 0.5 * n * n, 0);
		let sum = 0;
		for (let step = 0; step < plain[0].length; step++) {
			const rows = (ranks: Batch[][]) =>
				ranks
					.flatMap((rank) => rowsOf(rank[step]).map(({ row }) => row))
					.sort();
			expect(rows(balanced)).toEqual(rows(plain));
			const worst = (ranks: Batch[][]) => {
				const costs = ranks.map((rank) => cost(rank[step]));
				return (Math.max(...costs) * 4) / costs.reduce((a, b) => a + b);
			};
			for (const rank of balanced) {
				expect(rank[step].rows).toBe(4);
				expect(rank[step].imbalance?.shared).toBeCloseTo(worst(balanced), 9);
				expect(rank[step].imbalance?.inOrder).toBeCloseTo(worst(plain), 9);
			}
			sum += worst(plain) - worst(balanced);
		}
		expect(sum).toBeGreaterThan(0);
	});

	test("every row goes to one rank, as many to each, no worse than in their order by much", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 5 }),
				fc.integer({ min: 1, max: 6 }),
				fc.nat(),
				(ranks, each, seed) => {
					const costs = Float64Array.from(
						{ length: ranks * each },
						(_, i) => ((i + 1) * (seed % 997)) % 101,
					);
					const shared = balanceRanks(costs, ranks);
					expect(shared.map((rows) => rows.length)).toEqual(
						Array(ranks).fill(each),
					);
					expect(
						shared.flatMap((rows) => [...rows]).sort((a, b) => a - b),
					).toEqual([...costs.keys()]);
					expect(rankImbalance(costs, shared)).toBeGreaterThanOrEqual(
						1 - 1e-12,
					);
				},
			),
		);
		const costs = Float64Array.of(9, 9, 1, 1, 5, 5, 5, 5);
		expect(rankImbalance(costs, balanceRanks(costs, 2))).toBe(1);
		expect(rankImbalance(costs, balanceRanks(costs, 4))).toBe(1);
	});
});

describe("sorted rows", () => {
	test("are the rows of the step, and the i-th of all ranks are neighbours by the sum of squares", async () => {
		const { out } = await planned({ tokensPerStep: 16 * 4096, worldSize: 4 });
		const how = { worldSize: 4, sortRows: true };
		const ranks: Batch[][] = [];
		for (let rank = 0; rank < 4; rank++)
			ranks.push(await batchesOf(out, { ...how, rank }));
		const whole = await batchesOf(out, {});
		const cost = ({ lengths }: { lengths: readonly number[] }) =>
			lengths.reduce((sum, n) => sum + n * n, 0);
		whole.forEach((batch, step) => {
			const sorted = rowsOf(batch)
				.map(cost)
				.sort((a, b) => b - a);
			for (let round = 0; round < 4; round++) {
				const met = ranks.map((rank) => cost(rowsOf(rank[step])[round]));
				expect(met.sort((a, b) => b - a)).toEqual(
					sorted.slice(4 * round, 4 * round + 4),
				);
			}
			const rows = (batches: Batch[]) =>
				batches.flatMap((each) => rowsOf(each).map(({ row }) => row)).sort();
			expect(rows(ranks.map((rank) => rank[step]))).toEqual(rows([batch]));
		});
		await expect(
			batchesOf(out, { ...how, balanceRanks: true }),
		).rejects.toThrow(/share rows out in two ways/);
	});
});

describe("sequence parallelism", () => {
	test.each([
		["contiguous", 4, packed, "packed"],
		["zigzag", 2, packed, "packed"],
		["zigzag", 4, packed, "flat"],
		["contiguous", 2, plusOne, "bucketed"],
	] as const)(
		"%s shares of %i ranks make the rows again",
		async (sequenceShares, parts, dataset, batches) => {
			const { out, plan } = await planned({
				datasets: [dataset],
				batches,
				worldSize: 2,
			});
			const worldSize = 2 * parts;
			const options = { worldSize, sequenceParallel: parts, sequenceShares };
			for (const group of [0, 1]) {
				const columns = ["position_ids", "shift_labels"] as const;
				const rows = await batchesOf(out, {
					rank: group,
					worldSize: 2,
					columns,
					steps: 4,
				});
				const shares = [];
				for (let part = 0; part < parts; part++)
					shares.push(
						await batchesOf(out, {
							rank: group * parts + part,
							...options,
							steps: 4,
						}),
					);
				for (const [step, batch] of rows.entries())
					for (let i = 0; i < batch.rows; i++)
						for (const name of ["input_ids", ...columns]) {
							const pieces = shares.map((share) => list(share[step], name, i));
							expect(new Set(pieces.map((piece) => piece.length)).size).toBe(1);
							const half = pieces[0].length / 2;
							const joined =
								sequenceShares === "contiguous"
									? pieces.flat()
									: [
											...pieces.map((piece) => piece.slice(0, half)),
											...pieces.map((piece) => piece.slice(half)).reverse(),
										].flat();
							const whole = list(batch, name, i);
							const tokens = plan.plusOne ? whole.length - 1 : whole.length;
							expect(joined.slice(0, tokens)).toEqual(whole.slice(0, tokens));
							expect(joined.length - tokens).toBeLessThan(2 * parts);
						}
			}
		},
	);

	test("what cannot be cut or shared is refused with the numbers", async () => {
		const { out } = await planned({ worldSize: 2 });
		const open = (options: BatchOptions) => openBatches(out, options);
		await expect(open({ worldSize: 6, sequenceParallel: 3 })).rejects.toThrow(
			/rows of 4096 tokens cannot be cut into 3 equal parts/,
		);
		await expect(open({ worldSize: 4, sequenceParallel: 3 })).rejects.toThrow(
			/do not divide the 4 ranks/,
		);
		await expect(open({ worldSize: 24, sequenceParallel: 8 })).rejects.toThrow(
			/3 ranks, of 8 each, do not divide/,
		);
		await expect(
			open({ worldSize: 2, sequenceParallel: 2, columns: ["cu_seqlens"] }),
		).rejects.toThrow(/cu_seqlens are of whole rows/);
		await expect(open({ sequenceShares: "zigzag" })).rejects.toThrow(
			/give that too/,
		);
		await expect(
			open({
				worldSize: 2,
				sequenceParallel: 2,
				sequenceShares: "braid" as never,
			}),
		).rejects.toThrow(
			/sequenceShares is "braid", .*: give one of contiguous, zigzag/,
		);
	});
});

describe("padding that is trained on", () => {
	test.each([
		["packed", packed, {}],
		["token-budget", packed, { batches: "token-budget", worldSize: 2 }],
		["bucketed", whole, { tokensPerStep: 2 * 4096 }],
	] as const)("counts as labels of EOS: %s", async (_, dataset, more) => {
		const { out, plan } = await planned({ datasets: [dataset], ...more });
		const columns = ["labels", "loss_mask", "shift_labels"] as const;
		const plain = await batchesOf(out, { columns });
		const trained = await batchesOf(out, { columns, padLoss: true });
		let padding = 0;
		for (const [i, batch] of trained.entries()) {
			let labels = 0;
			for (let row = 0; row < batch.rows; row++) {
				const used = list(batch, "seq_lengths", row).reduce((a, b) => a + b);
				const before = list(plain[i], "labels", row);
				const now = list(batch, "labels", row);
				expect(now.slice(0, used)).toEqual(before.slice(0, used));
				expect(new Set(now.slice(used))).toEqual(
					new Set(before.slice(used).map(() => plan.padId)),
				);
				expect(list(batch, "loss_mask", row)).toEqual(
					now.map((label) => Number(label !== -100)),
				);
				expect(list(batch, "shift_labels", row)).toEqual([
					...now.slice(1),
					-100,
				]);
				padding += now.length - used;
				labels += now.filter((label) => label !== -100).length;
			}
			const { values } = batch.columns.rank_labels as { values: Int32Array };
			expect(values[0]).toBe(labels);
		}
		expect(padding).toBeGreaterThan(0);
		const ranks = [0, 1].map((rank) =>
			batchesOf(out, { rank, worldSize: 2, padLoss: true, steps: 3 }),
		);
		const [first, second] = await Promise.all(ranks);
		first.forEach((batch, i) => {
			const [of, other] = [batch, second[i]].map(
				({ columns: { rank_labels } }) =>
					(rank_labels as { values: Int32Array }).values[0],
			);
			const { values } = batch.columns.step_labels as { values: Int32Array };
			expect(values[0]).toBe(of + other);
		});
	});

	test("is refused where there is none, or rows are cut", async () => {
		const { out } = await planned({ batches: "flat" });
		await expect(batchesOf(out, { padLoss: true })).rejects.toThrow(
			/padLoss is for rows that are padded/,
		);
		const { out: cut } = await planned({});
		await expect(
			batchesOf(cut, { padLoss: true, worldSize: 2, sequenceParallel: 2 }),
		).rejects.toThrow(/leave it out, or sequenceParallel/);
	});
});
