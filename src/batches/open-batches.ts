import { DataError, optionName, UsageError } from "../core/errors.js";
import { withoutSlashes } from "../core/text.js";
import { MANIFEST } from "../dataset/manifest.js";
import { columns as rowColumns } from "../masks/columns.js";
import {
	type BatchOptions,
	type BatchState,
	noColumn,
} from "../options/batches.js";
import {
	type CurriculumPlan,
	isAsPlanned,
	openPlan,
	type PlanDataset,
} from "../plan/curriculum-plan.js";
import {
	type DatasetBuckets,
	openDatasetBuckets,
} from "../plan/dataset-buckets.js";
import { parseDatasetName } from "../plan/dataset-name.js";
import { pathFrom } from "../storage/paths.js";
import { storageAt } from "../storage/storages.js";
import { whenRead } from "../storage/when-read.js";
import type { Batch } from "./batch.js";
import { resolveBatches } from "./batch-settings.js";
import { requireSameStates, stateOfLanes } from "./lane-states.js";
import { type Imbalance, MeanImbalance } from "./mean-imbalance.js";
import { readAhead } from "./read-ahead.js";
import { readBatches } from "./reader-source.js";
import { openSteps } from "./steps-reader.js";

/** The batches of a rank, step by step. */
export interface Batches extends AsyncIterable<Batch> {
	readonly plan: CurriculumPlan;
	/** Names of the columns that are made besides: those asked for, and those that the plan's batches need. */
	readonly columns: readonly string[];
	/** Which rank of how many they are for, the first step, and how many there are: one a step, or one a micro-batch. */
	readonly rank: number;
	readonly worldSize: number;
	readonly firstStep: number;
	readonly count: number;
	/** What resumes at the step after the last one given; within its micro-batches at their first. */
	readonly state: BatchState;
	/** Over the batches given so far; null where ranks are not balanced. */
	readonly imbalance: Imbalance | null;
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
	const place = withoutSlashes(directory);
	const plan = await openPlan(place);
	const settings = resolveBatches(plan, options);
	const datasets = await openDatasets(place, plan, options.datasets);
	requireWeights(settings.columns, datasets);
	requireCarried(settings.columns, datasets);
	const source = { directory: place, plan, datasets, settings };
	const { from, end, readAhead: ahead } = settings;
	const { planHash, lanes } = plan;
	if (lanes !== undefined && options.state !== undefined)
		await requireSameStates(place, lanes, options.state, settings);
	const state: BatchState =
		lanes === undefined
			? { plan: planHash, step: from }
			: stateOfLanes(planHash, from, settings);
	const count =
		plan.groups === undefined
			? end - from
			: await countMicroBatches(place, plan, from, end);
	const imbalance = new MeanImbalance();
	return {
		plan,
		columns: settings.columns,
		rank: settings.rank,
		worldSize: settings.worldSize,
		firstStep: from,
		count,
		state,
		get imbalance() {
			return imbalance.mean;
		},
		async *[Symbol.asyncIterator]() {
			const batches =
				ahead === 0
					? readBatches(source, state.step, end, false)
					: readAhead(source, state.step, end, ahead);
			for await (const batch of batches) {
				const { step, microBatch, microBatches } = batch;
				state.step = step + Number(microBatch + 1 === microBatches);
				imbalance.add(batch);
				yield batch;
			}
		},
	};
}

/** Micro-batches of some steps of a plan with groups of ranks. */
async function countMicroBatches(
	directory: string,
	plan: CurriculumPlan,
	from: number,
	end: number,
): Promise<number> {
	const steps = await whenRead(() => openSteps(directory, plan));
	try {
		return await whenRead(() => steps.countMicroBatches(from, end));
	} finally {
		steps.close();
	}
}

/** The datasets of a plan, as they were when it was made. @throws UsageError, DataError where one is not */
export async function openDatasets(
	directory: string,
	plan: CurriculumPlan,
	moved: readonly string[] | undefined,
): Promise<DatasetBuckets[]> {
	if (moved !== undefined && moved.length !== plan.datasets.length)
		throw new UsageError(
			"bad-option",
			`the plan is of ${plan.datasets.length} datasets, and ${moved.length} are named (${optionName("datasets")}): name each, in the plan's order.`,
		);
	const opening = plan.datasets.map((known, i) =>
		openKnown(
			known,
			moved?.[i] ?? pathFrom(directory, known.path),
			moved !== undefined,
			plan.lanes !== undefined,
		),
	);
	const datasets: DatasetBuckets[] = [];
	// Of several that cannot be opened the first is named.
	for (const each of opening) each.catch(() => {});
	for (const each of opening) datasets.push(await each);
	return datasets;
}

async function openKnown(
	known: PlanDataset,
	path: string,
	isNamed: boolean,
	ofDocuments: boolean,
): Promise<DatasetBuckets> {
	if (!isNamed) await requireThere(path);
	const found = await openDatasetBuckets(path, ofDocuments);
	if (!isAsPlanned(found, known))
		throw new DataError(
			"dataset-changed",
			`${path} is not the dataset that the plan was made of: the SHA-256 of its seqpack.json is ${found.hash.slice(0, 12)}, and was ${known.manifest.slice(0, 12)}. Plan again with seqpack curriculum, or name the right one (${optionName("datasets")}).`,
		);
	return found;
}

/** @throws UsageError where weights are asked for that a dataset does not have, or others than the rest */
function requireWeights(
	columns: readonly string[],
	datasets: readonly DatasetBuckets[],
): void {
	if (!columns.includes("loss_weight")) return;
	const [first] = datasets;
	for (const { directory, manifest, store } of datasets) {
		const { lossWeight } = manifest.settings;
		if (lossWeight === null || store !== null)
			throw new UsageError(
				"bad-option",
				store === null
					? `${directory} has no loss_weight: leave the column out, or build with ${optionName("lossWeight", "token")}.`
					: `${directory} is an index, and has no loss_weight: leave the column out, or write its rows out with seqpack export.`,
			);
		if (lossWeight !== first.manifest.settings.lossWeight)
			throw new UsageError(
				"other-rows",
				`${first.directory} has weights by ${first.manifest.settings.lossWeight}, and ${directory} by ${lossWeight}: build both the same way.`,
			);
	}
}

/** @throws UsageError where columns are asked for that datasets are not carried with */
function requireCarried(
	columns: readonly string[],
	datasets: readonly DatasetBuckets[],
): void {
	for (const name of columns.filter((name) => !rowColumns.has(name))) {
		const without = datasets.filter(
			({ manifest }) => !manifest.settings.carry?.includes(name),
		);
		if (without.length === datasets.length)
			throw new UsageError(
				"bad-option",
				`${optionName("columns")}${noColumn(name)}.`,
			);
		if (without.length > 0)
			throw new UsageError(
				"bad-option",
				`${without[0].directory} has no column ${name}: leave it out, or build with ${optionName("carry", name)}.`,
			);
	}
}

/** @throws UsageError where a dataset is not where the plan has it */
async function requireThere(name: string): Promise<void> {
	const { directory } = await parseDatasetName(name);
	const storage = storageAt(directory);
	if ((await storage.stat(`${directory}/${MANIFEST}`)) === null)
		throw new UsageError(
			"dataset-moved",
			`there is no dataset at ${directory}, where the plan has it: say where it is now (${optionName("datasets")}).`,
		);
}
