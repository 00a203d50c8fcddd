import { relative } from "node:path";
import { optionName, UsageError } from "../core/errors.js";
import { createRandom } from "../core/random.js";
import { type BatchKindName, batchKinds } from "../curriculum/batch-kinds.js";
import type { PlanContext } from "../curriculum/plan-context.js";
import { planStage } from "../curriculum/plan-stage.js";
import type { Stage } from "../curriculum/stage-options.js";
import type { CurriculumOptions } from "../options/curriculum.js";
import { localFiles as storage } from "../storage/local.js";
import { writeAll } from "../storage/storage.js";
import { version } from "../version.js";
import {
	type CurriculumPlan,
	hashOfPlan,
	PLAN_FILE,
	PLAN_VERSION,
	type PlanStage,
} from "./curriculum-plan.js";
import { type DatasetBuckets, openDatasetBuckets } from "./dataset-buckets.js";
import { planPools } from "./plan-pools.js";
import { resolveCurriculum } from "./resolve-curriculum.js";
import { STEPS_FILE } from "./steps-file.js";
import { StepsWriter } from "./steps-writer.js";

/**
 * Plans a curriculum: which rows of which datasets make each step. Writes
 * `curriculum.json` and `steps.arrow`; the same call gives the same bytes.
 * @throws UsageError, DataError that say the numbers and a way out
 */
export async function planCurriculum(
	given: CurriculumOptions,
): Promise<CurriculumPlan> {
	const options = resolveCurriculum(given);
	const out = options.out.replace(/(?<=.)\/+$/, "");
	const datasets: DatasetBuckets[] = [];
	for (const directory of options.datasets)
		datasets.push(
			await openDatasetBuckets(storage, directory.replace(/(?<=.)\/+$/, "")),
		);
	checkAlike(datasets);
	await checkOut(out, options.overwrite);
	const context: PlanContext = {
		datasets: datasets.map(({ buckets }) => buckets),
		tokensPerStep: options.tokensPerStep,
		worldSize: options.worldSize,
		epochs: options.epochs,
		used: datasets.map(() => new Map()),
	};
	const [{ manifest }] = datasets;
	const { settings, tokenizer } = manifest;
	const batches = kindOf(options.batches, datasets);
	const { seed } = options;
	const isNew = (await storage.stat(out)) === null;
	const writer = await StepsWriter.create(storage, out);
	const stages: PlanStage[] = [];
	let rows = 0;
	try {
		for (const [number, asked] of options.stages.entries()) {
			const firstStep = stages.reduce((sum, { steps }) => sum + steps, 0);
			const stage =
				batchKinds.find(batches).items === "sequences"
					? await planPools({
							storage,
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
		// A plan that is replaced must not be left beside the steps of another.
		await storage.remove(`${out}/${PLAN_FILE}`);
		const { rows: steps, ...written } = await writer.finish();
		const plan: Omit<CurriculumPlan, "planHash"> = {
			formatVersion: PLAN_VERSION,
			seqpackVersion: version,
			seed,
			tokensPerStep: context.tokensPerStep,
			worldSize: context.worldSize,
			epochs: context.epochs,
			batches,
			plusOne: settings.buckets?.plusOne ?? false,
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
				timesUsed: timesUsed(context),
			},
			steps: { path: STEPS_FILE, rows: steps, ...written },
		};
		return await writePlan(out, plan);
	} catch (error) {
		await writer.abort();
		if (isNew) await storage.remove(out);
		throw error;
	}
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
		};
		const writing = writer.add(step);
		if (writing !== undefined) await writing;
	}
	const steps = order.length;
	const tokens = steps * context.tokensPerStep;
	return { steps, tokens, buckets, offSchedule, pools: null };
}

/** @throws UsageError where the datasets are of another layout than the kind is for. */
function kindOf(
	asked: BatchKindName | undefined,
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
	const possible = batchKinds.where(
		({ layout }) => layout === null || layout === first.layout,
	);
	if (asked !== undefined && !possible.includes(asked))
		throw new UsageError(
			"bad-option",
			`${optionName("batches")} is ${asked}, and ${first.directory} has the layout ${first.layout}: leave it out, or give one of ${possible.join(", ")}.`,
		);
	const [usual] = batchKinds.where(({ layout }) => layout === first.layout);
	return asked ?? usual;
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
		const plusOne = (manifest: typeof a) =>
			manifest.settings.buckets?.plusOne ?? false;
		if (plusOne(a) !== plusOne(b))
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

/** @throws UsageError where something else is in the way. */
async function checkOut(out: string, overwrite: boolean): Promise<void> {
	const names = await storage.list(out);
	const others = names.filter(
		(name) => ![PLAN_FILE, STEPS_FILE].includes(name),
	);
	if (names.length > 0 && others.length > 0)
		throw new UsageError(
			"not-empty",
			`${out} holds other things, such as ${others[0]}: name a new directory for the plan (${optionName("out")}).`,
		);
	if (names.includes(PLAN_FILE) && !overwrite)
		throw new UsageError(
			"plan-exists",
			`${out} holds a plan already: name another directory (${optionName("out")}), or replace it with ${optionName("overwrite", true)}.`,
		);
}

async function writePlan(
	out: string,
	rest: Omit<CurriculumPlan, "planHash">,
): Promise<CurriculumPlan> {
	const plan = { ...rest, planHash: hashOfPlan(rest) };
	await writeAll(
		storage,
		`${out}/${PLAN_FILE}`,
		`${JSON.stringify(plan, null, "\t")}\n`,
	);
	return plan;
}
