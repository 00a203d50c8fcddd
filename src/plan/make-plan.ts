import { sum } from "../core/arithmetic.js";
import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import { optionName, UsageError } from "../core/errors.js";
import { createRandom } from "../core/random.js";
import { withoutSlashes } from "../core/text.js";
import { type BatchKindName, batchKinds } from "../curriculum/batch-kinds.js";
import type { PlanContext } from "../curriculum/plan-context.js";
import { planStage } from "../curriculum/plan-stage.js";
import type { Stage } from "../curriculum/stage-options.js";
import { type StepOrderName, stepOrders } from "../curriculum/step-orders.js";
import type { Manifest } from "../dataset/manifest.js";
import type { CurriculumOptions } from "../options/curriculum.js";
import { pathTo } from "../storage/paths.js";
import { version } from "../version.js";
import {
	type CurriculumPlan,
	PLAN_VERSION,
	type PlanStage,
} from "./curriculum-plan.js";
import {
	type DatasetBuckets,
	datasetName,
	openDatasetBuckets,
} from "./dataset-buckets.js";
import { lanesName, type PlanLanes } from "./lanes-file.js";
import { createLanesWriter } from "./lanes-writer.js";
import { type PlanDirectory, withPlanDirectory } from "./plan-directory.js";
import { planLanes } from "./plan-lanes.js";
import { planPools } from "./plan-pools.js";
import { resolveCurriculum } from "./resolve-curriculum.js";
import { stepsName, stepsSchemaOf } from "./steps-file.js";
import { createStepsWriter, type StepsWriter } from "./steps-writer.js";

/**
 * Plans a curriculum: which rows of which datasets make each step. Writes
 * `curriculum.json` and the steps that it names; the same call gives the same bytes.
 * A plan that it replaces stays whole until the new one is.
 * @throws UsageError, DataError that say the numbers and a way out
 */
export async function planCurriculum(
	given: CurriculumOptions,
): Promise<CurriculumPlan> {
	const options = resolveCurriculum(given);
	const out = withoutSlashes(options.out);
	const datasets: DatasetBuckets[] = [];
	const { ofDocuments } = stepOrders.find(options.order);
	for (const name of options.datasets)
		datasets.push(await openDatasetBuckets(name, ofDocuments));
	checkAlike(datasets);
	const batches = kindOf(options.batches, options.order, datasets);
	return withPlanDirectory(out, options.overwrite, async (directory) => {
		const context: PlanContext = {
			datasets: datasets.map(({ buckets }) => buckets),
			tokensPerStep: options.tokensPerStep,
			worldSize: options.worldSize,
			epochs: options.epochs,
			used: datasets.map(() => new Map()),
		};
		const { stages, steps, lanes } = ofDocuments
			? await planDocuments(context, options, datasets, batches, directory)
			: await planStages(context, options, datasets, batches, directory);
		const [{ manifest }] = datasets;
		return directory.publish({
			formatVersion: PLAN_VERSION,
			seqpackVersion: version,
			seed: options.seed,
			tokensPerStep: context.tokensPerStep,
			worldSize: context.worldSize,
			epochs: context.epochs,
			batches,
			plusOne: hasExtraToken(manifest),
			padId: options.padId ?? manifest.settings.eos ?? 0,
			tokenizer: {
				fingerprint: manifest.tokenizer.fingerprint,
				vocabSize: manifest.tokenizer.vocabSize,
			},
			datasets: datasets.map(({ directory, source, hash, buckets }) => ({
				path: datasetName({ directory: pathTo(out, directory), source }),
				manifest: hash,
				buckets: buckets.map(({ length, rows, tokens }) => ({
					length,
					rows,
					tokens,
				})),
			})),
			stages,
			totals: {
				steps: steps.rows,
				tokens: sum(stages.map(({ tokens }) => tokens)),
				rows: sum(stages.map(rowsOfStage)),
				unusedRows: unusedRows(context),
				timesUsed: timesUsed(context),
			},
			steps: { path: stepsName(steps.sha256), ...steps },
			...(lanes && { lanes }),
		});
	});
}

/** What the files of a plan are, once it is planned. */
interface Planned {
	stages: PlanStage[];
	steps: Awaited<ReturnType<StepsWriter["finish"]>>;
	lanes?: PlanLanes;
}

type Resolved = ReturnType<typeof resolveCurriculum>;

/** Plans documents in order, and writes the lanes that read them, and the steps. */
async function planDocuments(
	{ tokensPerStep, worldSize, epochs, used }: PlanContext,
	{ seed, chunk, maxChunks }: Resolved,
	datasets: readonly DatasetBuckets[],
	batches: BatchKindName,
	{ storage, stepsInWork, lanesInWork }: PlanDirectory,
): Promise<Planned> {
	if (chunk === undefined) throw new Error("the order wants a chunk");
	const schema = stepsSchemaOf(batchKinds.find(batches));
	const steps = await createStepsWriter(storage, stepsInWork, schema);
	const lanes = await createLanesWriter(storage, lanesInWork);
	try {
		const { stage, lanes: summary } = await planLanes({
			datasets,
			tokensPerStep,
			worldSize,
			epochs,
			seed,
			chunk,
			maxChunks: maxChunks ?? Number.POSITIVE_INFINITY,
			steps,
			lanes,
		});
		const file = await lanes.finish();
		for (const { dataset, rows } of stage.buckets[0].sources)
			used[dataset].set(ROW_OF_ANY_LENGTH, rows);
		return {
			stages: [stage],
			steps: await steps.finish(),
			lanes: { path: lanesName(file.sha256), ...file, ...summary },
		};
	} catch (error) {
		await steps.abort();
		await lanes.abort();
		throw error;
	}
}

/** Plans the stages one after the other, and writes their steps. */
async function planStages(
	context: PlanContext,
	{ stages: asked, seed }: Resolved,
	datasets: readonly DatasetBuckets[],
	batches: BatchKindName,
	{ storage, stepsInWork }: PlanDirectory,
): Promise<Planned> {
	const schema = stepsSchemaOf(batchKinds.find(batches));
	const writer = await createStepsWriter(storage, stepsInWork, schema);
	const plan =
		batchKinds.find(batches).items === "sequences"
			? (stage: Stage, number: number) =>
					planPools({ datasets, context, asked: stage, seed, number, writer })
			: (stage: Stage, number: number) =>
					planRows(context, stage, seed, number, writer);
	const stages: PlanStage[] = [];
	try {
		for (const [number, stage] of asked.entries()) {
			const firstStep = sum(stages.map(({ steps }) => steps));
			stages.push({ asked: stage, firstStep, ...(await plan(stage, number)) });
		}
		return { stages, steps: await writer.finish() };
	} catch (error) {
		await writer.abort();
		throw error;
	}
}

function rowsOfStage({ buckets }: PlanStage): number {
	return sum(buckets.flatMap(({ sources }) => sources.map(({ rows }) => rows)));
}

/** Whether rows have a token more than their bucket's length. */
function hasExtraToken({ settings }: Manifest): boolean {
	const [{ length, capacity }] = settings.buckets;
	return capacity > length;
}

async function planRows(
	context: PlanContext,
	asked: Stage,
	seed: number,
	number: number,
	writer: StepsWriter,
): Promise<Omit<PlanStage, "asked" | "firstStep">> {
	const random = createRandom(seed, number);
	const { buckets, order, offSchedule } = planStage(context, asked, random);
	const offsets = buckets.map(() => 0);
	for (let stageStep = 0; stageStep < order.length; stageStep++) {
		const bucket = order[stageStep];
		const { length, batchRows: batchSize } = buckets[bucket];
		const offset = offsets[bucket];
		offsets[bucket] += batchSize;
		const step = {
			stage: number,
			stageStep,
			bucket,
			length,
			batchSize,
			offset,
			part: 0,
			labels: 0,
		};
		const writing = writer.add(step);
		if (writing !== undefined) await writing;
	}
	const steps = order.length;
	const tokens = steps * context.tokensPerStep;
	return { steps, tokens, buckets, offSchedule, pools: null };
}

/** @throws UsageError where the kind is not for datasets of this layout, or would part what belongs together. */
function kindOf(
	asked: BatchKindName | undefined,
	order: StepOrderName,
	datasets: readonly DatasetBuckets[],
): BatchKindName {
	const [first, ...others] = datasets.map(({ manifest, directory }) => ({
		layout: manifest.settings.layout,
		directory,
	}));
	const other = others.find(({ layout }) => layout !== first.layout);
	if (other !== undefined)
		throw new UsageError(
			"other-layout",
			`${first.directory} has the layout ${first.layout} and ${other.directory} ${other.layout}: plan them apart, or build both the same way.`,
		);
	const ofOrder = stepOrders.find(order).items;
	const possible = batchKinds.where(
		({ layout, items }) =>
			(layout === null || layout === first.layout) && ofOrder.includes(items),
	);
	if (asked !== undefined && !possible.includes(asked))
		throw new UsageError(
			"bad-option",
			`${optionName("batches")} is ${asked}, and ${first.directory} has the layout ${first.layout}: leave it out, or give one of ${possible.join(", ")}.`,
		);
	const [usual] = batchKinds.where(({ layout }) => layout === first.layout);
	const kind = asked ?? usual;
	const trees = datasets.find(
		({ manifest }) => manifest.settings.prefixTree !== undefined,
	);
	const { items, isPadded } = batchKinds.find(kind);
	if (trees !== undefined && (items !== "rows" || !isPadded))
		throw new UsageError(
			"bad-option",
			`${optionName("batches")} is ${kind}, which takes rows as sequences one after the other, and those of ${trees.directory} are trees of prefixes: leave it out.`,
		);
	const pairs = datasets.find(
		({ manifest }) => manifest.totals.noted.pairs > 0,
	);
	if (pairs !== undefined && ofOrder.includes("chunks"))
		throw new UsageError(
			"bad-option",
			`${pairs.directory} has pairs of a chosen and a rejected answer, which are no documents to be read in order: leave them out when the store is built, or pack it with seqpack pack.`,
		);
	if (pairs !== undefined && batchKinds.find(kind).items === "sequences")
		throw new UsageError(
			"bad-option",
			`${optionName("batches")} is ${kind}, which would part the pairs of a chosen and a rejected answer in ${pairs.directory}: leave it out.`,
		);
	return kind;
}

/** @throws UsageError where sequences of the datasets cannot be in one step. */
function checkAlike(datasets: readonly DatasetBuckets[]): void {
	const [first, ...others] = datasets;
	for (const other of others) {
		const a = first.manifest;
		const b = other.manifest;
		if (a.tokenizer.fingerprint !== b.tokenizer.fingerprint)
			throw new UsageError(
				"other-tokenizer",
				`${first.directory} and ${other.directory} were made with different tokenizers (${a.tokenizer.fingerprint.slice(0, 12)} and ${b.tokenizer.fingerprint.slice(0, 12)}): build them with the same.`,
			);
		if (hasExtraToken(a) !== hasExtraToken(b))
			throw new UsageError(
				"other-rows",
				`only one of ${first.directory} and ${other.directory} has rows of a token more than their bucket's length (${optionName("plusOne")}): build both the same way.`,
			);
	}
}

function unusedRows({ datasets, epochs, used }: PlanContext): number {
	return datasets.reduce(
		(sum, buckets, dataset) =>
			buckets.reduce(
				(all, { length, rows }) =>
					all + Math.max(0, rows * epochs - (used[dataset].get(length) ?? 0)),
				sum,
			),
		0,
	);
}

/** How many times the rows of the bucket that is used most are used. */
function timesUsed({ datasets, used }: PlanContext): number {
	const times = datasets.flatMap((buckets, dataset) =>
		buckets
			.filter(({ rows }) => rows > 0)
			.map(({ length, rows }) => (used[dataset].get(length) ?? 0) / rows),
	);
	return Math.max(0, ...times);
}
