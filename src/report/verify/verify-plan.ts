import { openDatasets } from "../../batches/open-batches.js";
import { sum } from "../../core/arithmetic.js";
import { SeqpackError } from "../../core/errors.js";
import { batchKinds } from "../../curriculum/batch-kinds.js";
import type {
	VerifyOptions,
	VerifyResult,
} from "../../dataset/verify/result.js";
import {
	type CurriculumPlan,
	filesOf,
	openPlan,
	PLAN_FILE,
} from "../../plan/curriculum-plan.js";
import { groupsSchema } from "../../plan/groups-file.js";
import { lanesSchema } from "../../plan/lanes-file.js";
import { stepsSchemaOf } from "../../plan/steps-file.js";
import { readAll } from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";
import { arrow } from "../../tables/arrow.js";
import { type ColumnBatch, columnOf } from "../../tables/columns.js";
import { FileListCheck } from "./file-list.js";

/**
 * Compares the files of a plan with their checksums, its steps with its stages, and looks for its
 * datasets.
 */
export async function verifyPlan(
	directory: string,
	options: VerifyOptions,
): Promise<VerifyResult> {
	const plan = await openPlan(directory);
	const files = filesOf(plan).map(([, file]) => file);
	const check = new FileListCheck("plan", directory, files, options);
	const path = `${directory}/${PLAN_FILE}`;
	const text = `${JSON.stringify(plan, null, "\t")}\n`;
	if ((await readAll(storageAt(path), path)).toString("utf8") !== text)
		check.problems.add(`${PLAN_FILE} is not written as seqpack writes it`);
	await checkSteps(plan, check);
	const rowsOf = async (
		file: { path: string; bytes: number; sha256: string; rows: number },
		schema: typeof lanesSchema,
	) => {
		let rows = 0;
		const isRead = await check.check(file, async (opened, bytes) => {
			for await (const batch of arrow.read(opened, bytes, schema))
				rows += batch.rows;
		});
		if (isRead) check.compare(rows, file.rows, `rows of ${file.path}`);
	};
	if (plan.lanes !== undefined) await rowsOf(plan.lanes, lanesSchema);
	if (plan.groups !== undefined) await rowsOf(plan.groups, groupsSchema);
	try {
		await openDatasets(directory, plan, undefined);
	} catch (error) {
		if (!(error instanceof SeqpackError)) throw error;
		check.problems.add(error.message.replace(/\.$/, ""));
	}
	return check.result();
}

/** Each step is of a stage and a bucket that there are, and takes rows that the bucket has. */
async function checkSteps(
	plan: CurriculumPlan,
	check: FileListCheck,
): Promise<void> {
	const { steps: file, stages, lanes, groups, totals } = plan;
	const kind = batchKinds.find(plan.batches);
	const schema = stepsSchemaOf(kind, groups !== undefined);
	const stepsOf = new Float64Array(stages.length);
	let steps = 0;
	let items = 0;
	const isRead = await check.check(file, async (opened, bytes) => {
		for await (const batch of arrow.read(opened, bytes, schema)) {
			const stage = columnOf(batch, "stage", "int32").values;
			const size = columnOf(batch, "batch_size", "int32").values;
			for (let i = 0; i < batch.rows; i++) {
				const fault = faultOfStep(plan, batch, i);
				if (fault !== null)
					check.problems.add(`step ${steps + i} of ${file.path} ${fault}`);
				else stepsOf[stage[i]]++;
				items += size[i];
			}
			steps += batch.rows;
		}
	});
	if (!isRead) return;
	check.compare(steps, file.rows, `steps of ${file.path}`);
	check.compare(steps, totals.steps, "steps of all stages");
	stages.forEach((stage, i) => {
		check.compare(stepsOf[i], stage.steps, `steps of the stage ${i}`);
	});
	if (kind.items === "rows" && lanes === undefined)
		check.compare(items, totals.rows, "rows of all steps");
	check.count({ rows: totals.rows, tokens: totals.tokens });
}

/** What is wrong with a step, as the end of a sentence; null where nothing is. */
function faultOfStep(
	{ stages, lanes, skipped = [] }: CurriculumPlan,
	batch: ColumnBatch,
	row: number,
): string | null {
	const of = (name: string) => columnOf(batch, name, "int32").values[row];
	const stage = stages[of("stage")];
	if (stage === undefined) return `is of the stage ${of("stage")}`;
	const inStage = of("stage_step");
	// Steps that are left out keep their numbers.
	const most = stage.steps + sum(skipped.map(({ steps }) => steps));
	if (inStage < 0 || inStage >= most)
		return `is number ${inStage} of the ${most} of its stage`;
	if (of("batch_size") < 0) return `has ${of("batch_size")} rows`;
	if (lanes !== undefined) return null;
	const bucket = stage.buckets[of("bucket")];
	if (bucket === undefined) return `is of the bucket ${of("bucket")}`;
	if (bucket.length !== of("length"))
		return `has rows of ${of("length")} tokens; its bucket has ${bucket.length}`;
	const offset = Number(columnOf(batch, "offset", "int64").values[row]);
	const rows = bucket.sources.reduce((sum, source) => sum + source.rows, 0);
	if (offset < 0 || offset >= rows)
		return `begins at row ${offset} of the ${rows} of its bucket`;
	return null;
}
