import { sum } from "../core/arithmetic.js";
import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import { optionName, UsageError } from "../core/errors.js";
import { type Tell, tellingNow } from "../core/progress.js";
import { withoutSlashes } from "../core/text.js";
import { type BatchKindName, batchKinds } from "../curriculum/batch-kinds.js";
import type { PlanContext } from "../curriculum/plan-context.js";
import type { Stage } from "../curriculum/stage-options.js";
import { type StepOrderName, stepOrders } from "../curriculum/step-orders.js";
import type { Manifest } from "../dataset/manifest.js";
import type { CurriculumOptions } from "../options/curriculum.js";
import { pathTo } from "../storage/paths.js";
import { version } from "../version.js";
import {
	type CurriculumPlan,
	type PlanStage,
	planVersion,
} from "./curriculum-plan.js";
import {
	type DatasetBuckets,
	openDatasetBuckets,
	partsByStratum,
} from "./dataset-buckets.js";
import { datasetName } from "./dataset-name.js";
import { familyOf, rowsWithKept, skippedTotals } from "./extended-totals.js";
import type { PlanGroups } from "./groups-file.js";
import { differing, type KeptSteps, keepSteps } from "./keep-steps.js";
import { lanesName, type PlanLanes } from "./lanes-file.js";
import { createLanesWriter } from "./lanes-writer.js";
import {
	openParent,
	type ParentPlan,
	requireAsPlanned,
	requireParted,
} from "./parent-plan.js";
import {
	type MadePlan,
	type PlanDirectory,
	withPlanDirectory,
} from "./plan-directory.js";
import { planLanes } from "./plan-lanes.js";
import { planPools } from "./plan-pools.js";
import { planRows } from "./plan-rows.js";
import { resolveCurriculum } from "./resolve-curriculum.js";
import {
	type GroupsTask,
	requireShared,
	resolveGroups,
} from "./resolve-groups.js";
import { StepGrouper } from "./step-grouper.js";
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
	return (await makePlan(given)).plan;
}

/** The same; tells whether the plan was there already. */
export async function makePlan(given: CurriculumOptions): Promise<MadePlan> {
	const parent = await openParent(given);
	const options = resolveCurriculum(parent?.options ?? given);
	const tell = tellingNow(options.onProgress);
	const task = resolveGroups(options, given);
	const out = withoutSlashes(options.out);
	const named: DatasetBuckets[] = [];
	const { ofDocuments } = stepOrders.find(options.order);
	for (const name of options.datasets)
		named.push(await openDatasetBuckets(name, ofDocuments));
	if (parent !== null) requireAsPlanned(parent, named);
	checkAlike(named);
	const isByStratum = options.stages.some(
		({ strataWeights }) => strataWeights !== undefined,
	);
	if (parent !== null && isByStratum) requireParted(parent, named);
	const parts = named.map((dataset) =>
		isByStratum ? partsByStratum(dataset) : [dataset],
	);
	const datasets = parts.flat();
	const batches = kindOf(options.batches, options.order, datasets);
	if (task !== null) requireShared(task, batches, datasets);
	const [{ manifest }] = datasets;
	const known = {
		seqpackVersion: version,
		seed: options.seed,
		tokensPerStep: parent?.plan.tokensPerStep ?? options.tokensPerStep,
		worldSize: parent?.plan.worldSize ?? task?.ranks ?? options.worldSize,
		epochs: options.epochs,
		batches,
		plusOne: hasExtraToken(manifest),
		padId: options.padId ?? manifest.settings.eos ?? 0,
		tokenizer: {
			fingerprint: manifest.tokenizer.fingerprint,
			vocabSize: manifest.tokenizer.vocabSize,
		},
		datasets: datasets.map(({ directory, hash, buckets, ...part }) => ({
			path: datasetName({ ...part, directory: pathTo(out, directory) }),
			manifest: hash,
			buckets: buckets.map(({ length, rows, tokens }) => ({
				length,
				rows,
				tokens,
			})),
		})),
	};
	const { overwrite } = options;
	return withPlanDirectory(out, overwrite, async (directory) => {
		if (!overwrite) await directory.requireAlike(known);
		const context: PlanContext = {
			datasets: datasets.map(({ buckets }) => buckets),
			tokensPerStep: options.tokensPerStep,
			// Groups of ranks need not have as many rows each; of sequences each has one at least.
			worldSize:
				task === null || batchKinds.find(batches).items === "sequences"
					? options.worldSize
					: 1,
			epochs: options.epochs,
			used: datasets.map(() => new Map()),
			parts: parts.flatMap((own, dataset) =>
				own.map(({ stratum }) => ({ dataset, stratum: stratum?.name ?? null })),
			),
		};
		const { stages, steps, lanes, groups, kept } = ofDocuments
			? await planDocuments(
					context,
					options,
					datasets,
					batches,
					directory,
					tell,
				)
			: await planStages(
					context,
					parent,
					options,
					datasets,
					batches,
					directory,
					task,
					tell,
				);
		const plan = {
			formatVersion: planVersion({ stages, ...(groups && { groups }) }),
			...known,
			stages,
			...(parent && kept && familyOf(parent, kept)),
			totals: {
				steps: steps.rows,
				tokens: sum(stages.map(({ tokens }) => tokens)),
				...(kept === undefined
					? {
							rows: sum(stages.map(rowsOfStage)),
							unusedRows: unusedRows(context),
						}
					: rowsWithKept(context, stages, kept)),
				timesUsed: timesUsed(context),
				...(kept && kept.skipped.length > 0 && skippedTotals(kept)),
			},
			steps: { path: stepsName(steps.sha256), ...steps },
			...(lanes && { lanes }),
			...(groups && { groups }),
		};
		return directory.publish(plan, overwrite);
	});
}

/** What the files of a plan are, once it is planned. */
interface Planned {
	stages: PlanStage[];
	steps: Awaited<ReturnType<StepsWriter["finish"]>>;
	lanes?: PlanLanes;
	groups?: PlanGroups;
	kept?: KeptSteps;
}

type Resolved = ReturnType<typeof resolveCurriculum>;

/** Plans documents in order, and writes the lanes that read them, and the steps. */
async function planDocuments(
	{ tokensPerStep, worldSize, epochs, used }: PlanContext,
	{ seed, chunk, maxChunks }: Resolved,
	datasets: readonly DatasetBuckets[],
	batches: BatchKindName,
	{ storage, stepsInWork, lanesInWork }: PlanDirectory,
	tell: Tell,
): Promise<Planned> {
	if (chunk === undefined) throw new Error("the order wants a chunk");
	const schema = stepsSchemaOf(batchKinds.find(batches), false);
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
			tell,
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
	parent: ParentPlan | null,
	{ stages: asked, seed }: Resolved,
	datasets: readonly DatasetBuckets[],
	batches: BatchKindName,
	{ storage, stepsInWork, groupsInWork }: PlanDirectory,
	task: GroupsTask | null,
	tell: Tell,
): Promise<Planned> {
	const { items, isPadded } = batchKinds.find(batches);
	const schema = stepsSchemaOf(batchKinds.find(batches), task !== null);
	const writer = await createStepsWriter(storage, stepsInWork, schema);
	const extra = Number(hasExtraToken(datasets[0].manifest));
	const grouper =
		task === null
			? null
			: await StepGrouper.create(
					task,
					{ isPadded, extra },
					storage,
					groupsInWork,
				);
	const plan = (asked: Stage, number: number) => {
		const own = {
			...{ datasets, context, asked, seed, number },
			...{ writer, tell, grouper },
		};
		return items === "sequences" ? planPools(own) : planRows(own);
	};
	const stages: PlanStage[] = [];
	try {
		const kept = parent && (await keepSteps(parent, datasets, writer));
		if (kept) {
			stages.push(...kept.stages);
			context.used.splice(0, datasets.length, ...kept.used);
		}
		for (const stage of parent?.hasStages === false ? [] : asked) {
			const firstStep = sum(stages.map(({ steps }) => steps));
			const planned = await plan(stage, stages.length);
			const own = parent === null ? {} : differing(context, parent.plan);
			stages.push({ asked: stage, firstStep, ...planned, ...own });
		}
		const groups = await grouper?.finish();
		const steps = await writer.finish();
		return { stages, steps, ...(groups && { groups }), ...(kept && { kept }) };
	} catch (error) {
		await writer.abort();
		await grouper?.abort();
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
