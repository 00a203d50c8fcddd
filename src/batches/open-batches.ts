import { DataError, UsageError } from "../core/errors.js";
import { requireInteger, requireOneOf } from "../core/require.js";
import {
	type SequenceShares,
	sequenceShares,
} from "../masks/sequence-parallel.js";
import { canonicalJson } from "../storage/hash.js";
import { storageAt } from "../storage/storages.js";
import type { Batch } from "./batch.js";
import { type BatchSettings, checkBatchSettings } from "./batch-settings.js";
import { type DatasetBuckets, openDatasetBuckets } from "./dataset-buckets.js";
import { type CurriculumPlan, openPlan } from "./plan.js";
import { readAhead } from "./read-ahead.js";
import { createReader, type ReaderSource } from "./reader-source.js";

export interface BatchOptions {
	/** This rank, of how many; default 0 of 1. */
	rank?: number | undefined;
	worldSize?: number | undefined;
	/** The first step to give; default 0. */
	fromStep?: number | undefined;
	/** How many steps; default all that follow. */
	steps?: number | undefined;
	/** Where an earlier run was: instead of `fromStep`. */
	state?: BatchState | undefined;
	/** Names from `batchColumns`, of columns to make besides. */
	columns?: readonly string[] | undefined;
	/** Share the rows of a step out so that the ranks' costs are near equal. */
	balanceRanks?: boolean | undefined;
	/** Ranks that share each row; default 1. Ranks that follow one another share one. */
	sequenceParallel?: number | undefined;
	/** Default `contiguous`. */
	sequenceShares?: SequenceShares | undefined;
	/** Directories of the plan's datasets, in its order, where they were moved. */
	datasets?: readonly string[] | undefined;
	/** Steps that are read ahead on another thread; default 4, 0 for none. */
	readAhead?: number | undefined;
}

/** Where a run is: the plan, by its hash, and the next step. */
export interface BatchState {
	plan: string;
	step: number;
}

/** The batches of a rank, step by step. */
export interface Batches extends AsyncIterable<Batch> {
	readonly plan: CurriculumPlan;
	/** Names of the columns that are made besides: those asked for, and those that the plan's batches need. */
	readonly columns: readonly string[];
	/** What resumes at the step after the last one given. */
	readonly state: BatchState;
}

/**
 * Opens the batches of a plan for one rank. Ranks get disjoint shares that together
 * are the step; any step can be the first, and what follows is what an unbroken run
 * would give.
 * @param directory Of the plan.
 * @throws UsageError, DataError that say what to do.
 */
export async function openBatches(
	directory: string,
	options: BatchOptions = {},
): Promise<Batches> {
	const place = directory.replace(/(?<=.)\/+$/, "");
	const plan = await openPlan(storageAt(place), place);
	const settings = settingsOf(options, plan);
	checkBatchSettings(plan, settings);
	const from = firstStep(options, plan);
	const { steps } = plan.totals;
	const end = Math.min(steps, from + (options.steps ?? steps));
	const datasets = await openDatasets(place, plan, options.datasets);
	const source = { directory: place, plan, datasets, settings };
	const ahead = options.readAhead ?? 4;
	const state = { plan: plan.planHash, step: from };
	return {
		plan,
		columns: settings.columns,
		state,
		async *[Symbol.asyncIterator]() {
			const batches =
				ahead === 0
					? readHere(source, state.step, end)
					: readAhead(source, state.step, end, ahead);
			for await (const batch of batches) {
				state.step = batch.step + 1;
				yield batch;
			}
		},
	};
}

async function* readHere(
	source: ReaderSource,
	from: number,
	end: number,
): AsyncGenerator<Batch> {
	const reader = createReader(source);
	try {
		for (let step = from; step < end; step++) yield reader.read(step);
	} finally {
		reader.close();
	}
}

function settingsOf(
	options: BatchOptions,
	plan: CurriculumPlan,
): BatchSettings {
	const {
		worldSize = 1,
		rank = 0,
		columns = [],
		sequenceParallel = 1,
	} = options;
	requireInteger("worldSize (--world-size)", worldSize, 1, 2 ** 20);
	requireInteger(
		"sequenceParallel (--sequence-parallel)",
		sequenceParallel,
		1,
		2 ** 20,
	);
	requireInteger("readAhead (--read-ahead)", options.readAhead, 0, 1024);
	requireInteger("steps (--steps)", options.steps, 0);
	const { sequenceShares: shares = "contiguous" } = options;
	requireOneOf("sequenceShares (--sequence-shares)", shares, sequenceShares);
	if (options.sequenceShares !== undefined && sequenceParallel === 1)
		throw new UsageError(
			"bad-option",
			"--sequence-shares says how --sequence-parallel cuts rows: give that too.",
		);
	const needed = [
		...(plan.batches === "flat" && sequenceParallel === 1
			? ["cu_seqlens"]
			: []),
		...(plan.batches === "flat" || sequenceParallel > 1
			? ["position_ids"]
			: []),
		...(sequenceParallel > 1 ? ["shift_labels"] : []),
	];
	return {
		rank,
		worldSize,
		columns: [...new Set([...needed, ...columns])],
		balanceRanks: options.balanceRanks ?? false,
		sequenceParallel,
		sequenceShares: shares,
	};
}

function firstStep(
	{ fromStep, state }: BatchOptions,
	{ planHash, totals }: CurriculumPlan,
): number {
	if (state !== undefined && fromStep !== undefined)
		throw new UsageError(
			"bad-option",
			"a state says the step: leave out --from-step, or the state (--state).",
		);
	if (state !== undefined && state.plan !== planHash)
		throw new UsageError(
			"other-plan",
			`the state is of the plan ${String(state.plan).slice(0, 12)}, and this plan is ${planHash.slice(0, 12)}: name the plan that it is of, or begin with --from-step.`,
		);
	const step = state?.step ?? fromStep ?? 0;
	// A run that is at its end may look again: there is nothing left for it.
	const last = state === undefined ? totals.steps - 1 : totals.steps;
	if (!Number.isInteger(step) || step < 0 || step > last)
		throw new UsageError(
			"bad-step",
			`there is no step ${step}: the plan has ${totals.steps}, from 0 to ${totals.steps - 1}. Plan more tokens or --epochs to go on.`,
		);
	return step;
}

async function openDatasets(
	directory: string,
	plan: CurriculumPlan,
	moved: readonly string[] | undefined,
): Promise<DatasetBuckets[]> {
	if (moved !== undefined && moved.length !== plan.datasets.length)
		throw new UsageError(
			"bad-option",
			`the plan is of ${plan.datasets.length} datasets, and ${moved.length} are named (--datasets): name each, in the plan's order.`,
		);
	const datasets: DatasetBuckets[] = [];
	for (const [i, known] of plan.datasets.entries()) {
		const path = moved?.[i] ?? `${directory}/${known.path}`;
		const found = await openDatasetBuckets(
			storageAt(path),
			path.replace(/(?<=.)\/+$/, ""),
		);
		const rows = found.buckets.map(({ length, rows, tokens }) => ({
			length,
			rows,
			tokens,
		}));
		if (
			found.hash !== known.manifest ||
			canonicalJson(rows) !== canonicalJson(known.buckets)
		)
			throw new DataError(
				"dataset-changed",
				`${path} is not the dataset that the plan was made of: the SHA-256 of its seqpack.json is ${found.hash.slice(0, 12)}, and was ${known.manifest.slice(0, 12)}. Plan again with seqpack curriculum, or name the right one (--datasets).`,
			);
		datasets.push(found);
	}
	return datasets;
}
