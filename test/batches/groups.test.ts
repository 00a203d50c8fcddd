// Batches of plans whose steps groups of ranks share: all ranks together have what the plan
// without groups gives, micro-batch by micro-batch.
import { join } from "node:path";
import {
	type Batch,
	type BatchOptions,
	type CurriculumOptions,
	exportDataset,
	openBatches,
	planCurriculum,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { seqpack, sharedDirectory, temporaryDirectory } from "../helpers.js";
import { groupsPlanned, skewedLengths, tokenRows } from "../plan/groups.js";
import { allOf } from "./datasets.js";

const LONGEST = 320;
const PAD = 4000;
const lengths = skewedLengths(300, LONGEST);
const directory = sharedDirectory();
const single = join(directory, "single");
const packed = join(directory, "packed");
const masked = join(directory, "masked");

beforeAll(async () => {
	await tokenRows(lengths, single, { seqLen: LONGEST, packer: "padded" });
	await tokenRows(lengths, packed, { seqLen: LONGEST }, true);
	await tokenRows(lengths, masked, { seqLen: LONGEST, packer: "padded" }, true);
});

const steps = { tokensPerStep: 40 * LONGEST, seed: 3, padId: PAD };
const flat = { ...steps, batches: "flat" as const };
const plans: [string, Omit<CurriculumOptions, "out">][] = [
	[
		"flexsp",
		{
			...flat,
			datasets: [masked],
			parallelPlan: "flexsp",
			devices: 8,
			tokensPerDevice: 128,
		},
	],
	[
		"six devices",
		{
			...flat,
			datasets: [single],
			parallelPlan: "bytescale",
			devices: 6,
			tokensPerDevice: 128,
		},
	],
	[
		"tight devices",
		{
			...flat,
			datasets: [single],
			parallelPlan: "flexsp",
			devices: 8,
			tokensPerDevice: 40,
		},
	],
	[
		"flat micro-batches",
		{
			...flat,
			datasets: [single, masked],
			worldSize: 4,
			maxTokensPerMicroBatch: LONGEST,
		},
	],
	[
		"padded micro-batches",
		{
			...steps,
			datasets: [packed],
			tokensPerStep: 17 * LONGEST,
			worldSize: 4,
			maxTokensPerMicroBatch: 2 * LONGEST + 5,
		},
	],
	[
		"padded micro-batches of sequences",
		{
			...steps,
			datasets: [packed, single],
			batches: "token-budget",
			worldSize: 4,
			maxTokensPerMicroBatch: 2 * LONGEST + 5,
		},
	],
	[
		"padded rows in groups",
		{
			...steps,
			datasets: [packed],
			tokensPerStep: 17 * LONGEST,
			parallelPlan: "flexsp",
			devices: 4,
			tokensPerDevice: LONGEST / 2 + 40,
		},
	],
];

const read = async (out: string, options: BatchOptions = {}) =>
	allOf(await openBatches(out, { readAhead: 0, ...options }));

/** The values of a list column, row by row, or of a column of numbers. */
function lists(batch: Batch, name: string): number[][] {
	const column = batch.columns[name];
	const values = Array.from<number | bigint, number>(
		column.values as Int32Array,
		Number,
	);
	if (!("offsets" in column)) return values.map((value) => [value]);
	return Array.from({ length: batch.rows }, (_, i) =>
		values.slice(column.offsets[i], column.offsets[i + 1]),
	);
}

const number = (batch: Batch, name: string) => lists(batch, name)[0][0];

/** Which rows of which datasets a batch has. */
function rowsOf(batch: Batch): string[] {
	const datasets = lists(batch, "dataset").flat();
	return lists(batch, "row")
		.flat()
		.map((row, i) => `${datasets[i]} ${row}`);
}

const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);

describe.each(plans)("%s", (_, options) => {
	test("every row once, no rank too full, ranks alike, labels that add up", async () => {
		const { out, plan, groups } = await groupsPlanned(options);
		const { ranks: count, maxTokens, degrees } = groups;
		const isCut = degrees.some((degree) => degree > 1);
		const columns = isCut ? [] : ["position_ids", "shift_labels"];
		const ranks: Batch[][] = [];
		for (let rank = 0; rank < count; rank++)
			ranks.push(await read(out, { rank, columns: columns as never }));
		const whole = join(temporaryDirectory(), "plan");
		const {
			parallelPlan: _rule,
			devices: _devices,
			tokensPerDevice: _tokens,
			maxTokensPerMicroBatch: _most,
			worldSize,
			...others
		} = options;
		// Steps of sequences are multiples of the ranks.
		const size = others.batches === "token-budget" ? { worldSize } : {};
		await planCurriculum({ ...others, ...size, out: whole });
		const steps = await read(whole, {
			columns: ["position_ids", "shift_labels"],
		});
		expect(steps).toHaveLength(plan.totals.steps);
		for (const [step, all] of steps.entries()) {
			const own = ranks.map((batches) =>
				batches.filter((b) => b.step === step),
			);
			const parts = own[0].length;
			expect(own.map((batches) => batches.length)).toEqual(
				Array(count).fill(parts),
			);
			const rows: string[] = [];
			const tokens: string[] = [];
			let labels = 0;
			for (let part = 0; part < parts; part++)
				for (let rank = 0; rank < count; ) {
					const batch = own[rank][part];
					const degree = number(batch, "degree");
					const group = own.slice(rank, rank + degree).map((b) => b[part]);
					rows.push(...rowsOf(batch));
					labels += number(batch, "micro_batch_labels");
					let found = 0;
					for (const share of group) {
						expect([share.microBatch, share.microBatches]).toEqual([
							part,
							parts,
						]);
						for (const [name, value] of [
							["micro_batch", part],
							["micro_batches", parts],
							["first_rank", rank],
							["degree", degree],
							["micro_batch_labels", number(batch, "micro_batch_labels")],
						] as const)
							expect(new Set(lists(share, name).flat())).toEqual(
								new Set([value]),
							);
						expect(rowsOf(share)).toEqual(rowsOf(batch));
						const ids = lists(share, "input_ids");
						expect(sum(ids.map((list) => list.length))).toBeLessThanOrEqual(
							maxTokens,
						);
						const ofShare = lists(share, "shift_labels").flat();
						const positions = lists(share, "position_ids").flat();
						found += ofShare.filter((label) => label !== -100).length;
						for (const [i, id] of ids.flat().entries())
							if (id !== PAD)
								tokens.push(`${id} ${positions[i]} ${ofShare[i]}`);
					}
					expect(found).toBe(number(batch, "micro_batch_labels"));
					rank += degree;
				}
			expect(rows.toSorted()).toEqual(rowsOf(all).toSorted());
			// Every token with its position and its label.
			const positions = lists(all, "position_ids").flat();
			const next = lists(all, "shift_labels").flat();
			const due = lists(all, "input_ids")
				.flat()
				.map((id, i) => [id, `${id} ${positions[i]} ${next[i]}`] as const)
				.filter(([id]) => id !== PAD)
				.map(([, text]) => text);
			expect(tokens.toSorted()).toEqual(due.toSorted());
			expect(labels).toBe(number(all, "step_labels"));
			for (const batches of own) {
				const ofRank = sum(
					batches.map((batch) => number(batch, "micro_batch_labels")),
				);
				for (const batch of batches) {
					expect(number(batch, "step_labels")).toBe(labels);
					expect(number(batch, "rank_labels")).toBe(ofRank);
				}
			}
		}
	});
});

describe("a plan of groups", () => {
	const [, options] = plans[0];

	test("gives the same with a thread that reads ahead, and from any step on", async () => {
		const { out, plan } = await groupsPlanned(options);
		const all = await read(out, { rank: 5 });
		const ahead = await openBatches(out, { rank: 5, readAhead: 3 });
		expect(ahead.count).toBe(all.length);
		expect(ahead.worldSize).toBe(8);
		expect(await allOf(ahead)).toEqual(all);
		expect(ahead.state).toEqual({
			plan: plan.planHash,
			step: plan.totals.steps,
		});
		const later = await openBatches(out, { rank: 5, fromStep: 2, steps: 3 });
		const due = all.filter(({ step }) => step >= 2 && step < 5);
		expect(later.count).toBe(due.length);
		expect(await allOf(later)).toEqual(due);
	});

	test("resumes at the first micro-batch of a step that was not ended", async () => {
		const { out } = await groupsPlanned(options);
		const all = await read(out);
		const step = all.find(({ microBatches }) => microBatches > 1)?.step ?? -1;
		const batches = await openBatches(out, { readAhead: 0 });
		for await (const batch of batches)
			if (batch.step === step && batch.microBatch === 0) break;
		expect(batches.state.step).toBe(step);
		const rest = await read(out, { state: { ...batches.state } });
		expect(rest).toEqual(all.filter((batch) => batch.step >= step));
		const whole = await openBatches(out, { readAhead: 0 });
		for await (const { step: at, microBatch, microBatches } of whole)
			expect(whole.state.step).toBe(
				at + Number(microBatch + 1 === microBatches),
			);
	});

	test("comes as lines of JSON and as an Arrow stream with the same columns", async () => {
		const { out } = await groupsPlanned(options);
		const { stdout, stderr } = await seqpack([
			...["batches", out, "--rank", "3", "--steps", "2", "--format", "jsonl"],
		]);
		const lines = stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		const batches = await read(out, { rank: 3, steps: 2 });
		expect(lines, stderr).toHaveLength(batches.length);
		for (const [i, line] of lines.entries()) {
			expect(line.batches_left).toBe(batches.length - 1 - i);
			expect(line.micro_batch).toBe(batches[i].microBatch);
			expect(line.degree).toBe(number(batches[i], "degree"));
			expect(line.input_ids).toEqual(lists(batches[i], "input_ids"));
		}
	});

	test("has what is cut by document as kernels take it, and whole rows where a rank is by itself", async () => {
		const { out, groups } = await groupsPlanned(plans[0][1]);
		expect(groups.degrees).toContain(1);
		for (let rank = 0; rank < 8; rank++)
			for (const batch of await read(out, { rank, steps: 3 })) {
				const [borders] = lists(batch, "cu_seqlens");
				const [padded] = lists(batch, "cu_seqlens_padded");
				const [own] = lists(batch, "seq_lengths");
				const degree = number(batch, "degree");
				const multiple = degree === 1 ? 1 : 2 * degree;
				expect(borders.slice(1).map((end, i) => end - borders[i])).toEqual(own);
				expect(padded.slice(1).map((end, i) => end - padded[i])).toEqual(
					own.map((length) => Math.ceil(length / multiple) * multiple),
				);
				expect(batch.length * degree).toBe(padded.at(-1));
			}
	});

	test("can be cut by row as well", async () => {
		const { out } = await groupsPlanned(options);
		const columns = ["labels"] as const;
		for (const sequenceShares of ["contiguous", "zigzag"] as const) {
			let tokens = 0;
			for (let rank = 0; rank < 8; rank++)
				for (const batch of await read(out, { rank, columns, sequenceShares }))
					tokens += lists(batch, "input_ids")
						.flat()
						.filter((id) => id !== PAD).length;
			const [all] = [await read(out, { rank: 0 })];
			expect(all.length).toBeGreaterThan(0);
			const due = sum(lengths) - tokens;
			// 20 of the 300 rows are in no step.
			expect(due).toBeGreaterThanOrEqual(0);
			expect(due).toBeLessThanOrEqual(20 * LONGEST);
		}
	});

	test.each<[string, BatchOptions, RegExp]>([
		[
			"another number of ranks",
			{ worldSize: 4 },
			/among 8 ranks, and there are 4.*give 8, or plan again with devices: 4/,
		],
		["a rank that is not there", { rank: 8 }, /no rank 8.*among 8 ranks/],
		[
			"ranks that share each row",
			{ sequenceParallel: 2 },
			/sequenceParallel would change nothing: the plan says/,
		],
		["balanced ranks", { balanceRanks: true }, /balanceRanks would change/],
		["sorted rows", { sortRows: true }, /sortRows would change nothing/],
		["a multiple", { sequenceMultiple: 64 }, /sequenceMultiple pads/],
		["padding as labels", { padLoss: true }, /padLoss trains on padding/],
		[
			"weights",
			{ columns: ["loss_weight"] },
			/shifted ones: leave the column out/,
		],
	])("refuses %s", async (_, asked, sentence) => {
		const { out } = await groupsPlanned(options);
		await expect(openBatches(out, asked)).rejects.toThrow(sentence);
	});

	test("refuses ways to cut rows where no ranks share any, and exports", async () => {
		const { out } = await groupsPlanned(plans[3][1]);
		await expect(
			openBatches(out, { sequenceShares: "zigzag" }),
		).rejects.toThrow(/no ranks of the plan share rows/);
		await expect(
			exportDataset({
				source: out,
				to: "mds",
				out: join(temporaryDirectory(), "export"),
			}),
		).rejects.toThrow(/shares steps out in micro-batches/);
	});
});
