import { relative } from "node:path";
import { UsageError } from "../core/errors.js";
import { createRandom } from "../core/random.js";
import { requireInteger, requireOneOf } from "../core/require.js";
import {
	type PlanContext,
	planStage,
	type StageRequest,
} from "../curriculum/plan-stage.js";
import { findSchedule } from "../curriculum/schedules.js";
import { localStore as store } from "../storage/local.js";
import { writeAll } from "../storage/store.js";
import { version } from "../version.js";
import { type DatasetBuckets, openDatasetBuckets } from "./dataset-buckets.js";
import {
	type BatchKind,
	batchKinds,
	type CurriculumPlan,
	hashOfPlan,
	PLAN_FILE,
	PLAN_VERSION,
	type PlanStage,
	STEPS_FILE,
} from "./plan.js";
import { planPools } from "./plan-pools.js";
import { StepsWriter } from "./steps.js";

export interface CurriculumOptions extends Partial<StageRequest> {
	/** Directories of datasets. */
	datasets: readonly string[];
	/** The directory to write. */
	out: string;
	/** Tokens of a step, of all ranks together. */
	tokensPerStep: number;
	/** Ranks that share a step; default 1. */
	worldSize?: number | undefined;
	/** Times that the data is used; default 1. */
	epochs?: number | undefined;
	/** Default `bucketed` or `packed`, by the layout of the datasets. */
	batches?: BatchKind | undefined;
	/** The token to pad rows with; default EOS, or 0. */
	padId?: number | undefined;
	seed?: number | undefined;
	/** Stages, one after the other; default one, of the other options. */
	stages?: readonly Partial<StageRequest>[] | undefined;
	/** Replace another plan in the directory. */
	overwrite?: boolean | undefined;
}

/**
 * Plans a curriculum: which rows of which datasets make each step. Writes
 * `curriculum.json` and `steps.arrow`; the same call gives the same bytes.
 * @throws UsageError, DataError that say the numbers and a way out
 */
export async function planCurriculum(
	options: CurriculumOptions,
): Promise<CurriculumPlan> {
	check(options);
	const out = options.out.replace(/(?<=.)\/+$/, "");
	const datasets: DatasetBuckets[] = [];
	for (const directory of options.datasets)
		datasets.push(
			await openDatasetBuckets(store, directory.replace(/(?<=.)\/+$/, "")),
		);
	checkAlike(datasets);
	await checkOut(out, options.overwrite ?? false);
	const context: PlanContext = {
		datasets: datasets.map(({ buckets }) => buckets),
		tokensPerStep: options.tokensPerStep,
		worldSize: options.worldSize ?? 1,
		epochs: options.epochs ?? 1,
		used: datasets.map(() => new Map()),
	};
	const [{ manifest }] = datasets;
	const { settings, tokenizer } = manifest;
	const batches = kindOf(options, datasets);
	const seed = options.seed ?? 0;
	const isNew = (await store.stat(out)) === null;
	const writer = await StepsWriter.create(store, out);
	const stages: PlanStage[] = [];
	let rows = 0;
	try {
		for (const [number, asked] of stagesOf(options).entries()) {
			const firstStep = stages.reduce((sum, { steps }) => sum + steps, 0);
			const stage =
				batches === "token-budget"
					? await planPools({
							store,
							datasets,
							context,
							asked,
							seed,
							number,
							writer,
						})
					: await planRows(context, asked, seed, number, writer);
			stages.push({ asked, firstStep, ...stage });
			rows += stage.buckets.reduce(
				(sum, { sources }) =>
					sources.reduce((all, source) => all + source.rows, sum),
				0,
			);
		}
		const { rows: steps, ...written } = await writer.finish();
		const plan: Omit<CurriculumPlan, "planHash"> = {
			formatVersion: PLAN_VERSION,
			seqpackVersion: version,
			seed,
			tokensPerStep: context.tokensPerStep,
			worldSize: context.worldSize,
			epochs: context.epochs,
			batches,
			more: Number(settings.buckets?.plusOne ?? false),
			padId: options.padId ?? settings.eos ?? 0,
			tokenizer: {
				fingerprint: tokenizer.fingerprint,
				vocabSize: tokenizer.vocabSize,
			},
			datasets: datasets.map(({ directory, hash, buckets }) => ({
				path: relative(out, directory),
				manifest: hash,
				buckets: buckets.map(({ length, rows, tokens }) => ({
					length,
					rows,
					tokens,
				})),
			})),
			stages,
			totals: {
				steps,
				tokens: stages.reduce((sum, { tokens }) => sum + tokens, 0),
				rows,
				unusedRows: unusedRows(context),
			},
			steps: { path: STEPS_FILE, rows: steps, ...written },
		};
		return await writePlan(out, plan);
	} catch (error) {
		await writer.abort();
		if (isNew) await store.remove(out);
		throw error;
	}
}

async function planRows(
	context: PlanContext,
	asked: StageRequest,
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
		};
		const writing = writer.add(step);
		if (writing !== undefined) await writing;
	}
	const steps = order.length;
	const tokens = steps * context.tokensPerStep;
	return { steps, tokens, buckets, offSchedule, pools: null };
}

/** What a stage can be asked for: the fields of a list of stages. */
const STAGE_FIELDS: readonly (keyof StageRequest)[] = [
	"schedule",
	"cycles",
	"odds",
	"balanced",
	"minDifficulty",
	"maxDifficulty",
	"totalCurriculumStep",
	"difficultyStep",
	"rootDegree",
	"difficulty",
	"maxStep",
	"tokens",
	"buckets",
	"minLength",
	"maxLength",
	"weights",
	"match",
	"firstLongest",
];

const LISTS: readonly string[] = [
	"odds",
	"difficulty",
	"maxStep",
	"buckets",
	"weights",
];

/** The stages; each has what it says, and else what the options say for all. */
function stagesOf(options: CurriculumOptions): StageRequest[] {
	const { stages = [{}], schedule } = options;
	const isStaged = schedule === "stages";
	if (isStaged && options.stages === undefined)
		throw new UsageError(
			"bad-stages",
			"the schedule is stages: say which they are (--stages).",
		);
	if (
		!Array.isArray(stages) ||
		stages.some((s) => typeof s !== "object" || s === null)
	)
		throw new UsageError(
			"bad-stages",
			'stages (--stages) are no list of objects, such as [{"schedule":"grow-p2","maxLength":8192}].',
		);
	return stages.map((stage, i) => {
		for (const field of Object.keys(stage))
			if (!STAGE_FIELDS.includes(field as keyof StageRequest))
				throw new UsageError(
					"bad-stages",
					`stage ${i + 1} has the field "${field}"; a stage has: ${STAGE_FIELDS.join(", ")}.`,
				);
		for (const field of LISTS)
			if (
				field in stage &&
				!Array.isArray((stage as Record<string, unknown>)[field])
			)
				throw new UsageError(
					"bad-stages",
					`stage ${i + 1} has a "${field}" that is no list: give one, such as [1, 2].`,
				);
		const given = STAGE_FIELDS.map((field) => [
			field,
			(stage as Partial<StageRequest>)[field] ?? options[field],
		]).filter(
			([, value]) => value !== undefined && !(isStaged && value === schedule),
		);
		return { schedule: "natural", cycles: 1, ...Object.fromEntries(given) };
	});
}

function check(options: CurriculumOptions): void {
	requireInteger(
		"tokensPerStep (--tokens-per-step)",
		options.tokensPerStep,
		1,
		2 ** 40,
	);
	requireInteger("worldSize (--world-size)", options.worldSize, 1, 2 ** 20);
	requireInteger("epochs (--epochs)", options.epochs, 1, 2 ** 20);
	requireInteger("seed (--seed)", options.seed, 0);
	requireInteger("padId (--pad-id)", options.padId, 0, 2 ** 31 - 1);
	const { batches, datasets } = options;
	if (batches !== undefined)
		requireOneOf("batches (--batches)", batches, batchKinds);
	if (datasets.length === 0)
		throw new UsageError(
			"bad-option",
			"no dataset is given: name its directory.",
		);
	if (new Set(datasets).size < datasets.length)
		throw new UsageError(
			"bad-option",
			"a dataset is given twice: to use it more often, give it a weight (--weights) or more --epochs.",
		);
	const stages = stagesOf(options);
	if (stages.length === 0)
		throw new UsageError("bad-stages", "the list of stages is empty.");
	for (const [i, stage] of stages.entries()) {
		findSchedule(stage.schedule);
		requireInteger("cycles (--cycles)", stage.cycles, 1, 2 ** 30);
		if (stage.match !== undefined)
			requireOneOf("match (--match)", stage.match, ["sample", "repeat"]);
		if (batches === "token-budget" && stage.schedule !== "natural")
			throw new UsageError(
				"bad-option",
				`batches by a token budget come in random order, and the schedule of stage ${i + 1} is ${stage.schedule}: leave it out.`,
			);
	}
}

/** @throws UsageError where the datasets are of another layout than the kind is for. */
function kindOf(
	{ batches }: CurriculumOptions,
	datasets: readonly DatasetBuckets[],
): BatchKind {
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
	const usual = first.layout === "buckets" ? "bucketed" : "packed";
	if (batches !== usual && (batches === "bucketed" || batches === "packed"))
		throw new UsageError(
			"bad-option",
			`batches (--batches) is "${batches}", and ${first.directory} has the layout ${first.layout}: leave it out, or give ${usual} or flat.`,
		);
	return batches ?? usual;
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
		const more = (manifest: typeof a) =>
			manifest.settings.buckets?.plusOne ?? false;
		if (more(a) !== more(b))
			throw new UsageError(
				"other-rows",
				`only one of ${first.directory} and ${other.directory} has rows of a token more than their bucket's length (--plus-one): build both the same way.`,
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

/** @throws UsageError where something else is in the way. */
async function checkOut(out: string, overwrite: boolean): Promise<void> {
	const names = await store.list(out);
	const others = names.filter(
		(name) => ![PLAN_FILE, STEPS_FILE].includes(name),
	);
	if (names.length > 0 && others.length > 0)
		throw new UsageError(
			"not-empty",
			`${out} holds other things, such as ${others[0]}: name a new directory for the plan (--out).`,
		);
	if (names.includes(PLAN_FILE) && !overwrite)
		throw new UsageError(
			"plan-exists",
			`${out} holds a plan already: name another directory (--out), or replace it with --overwrite.`,
		);
}

async function writePlan(
	out: string,
	rest: Omit<CurriculumPlan, "planHash">,
): Promise<CurriculumPlan> {
	const plan = { ...rest, planHash: hashOfPlan(rest) };
	await writeAll(
		store,
		`${out}/${PLAN_FILE}`,
		`${JSON.stringify(plan, null, "\t")}\n`,
	);
	return plan;
}
