import { DataError, damageOf, SeqpackError } from "../core/errors.js";
import { batchKinds } from "../curriculum/batch-kinds.js";
import { readListed } from "../dataset/listed-file.js";
import { storageAt } from "../storage/storages.js";
import { arrow } from "../tables/arrow.js";
import { type ColumnBatch, columnOf } from "../tables/columns.js";
import type { CurriculumPlan } from "./curriculum-plan.js";
import { type PlanStep, stepsSchemaOf } from "./steps-file.js";

/**
 * The steps of a plan, from the first to the last, some at a time; each is the same object, written anew.
 * @throws DataError `bad-plan`
 */
export async function* readSteps(
	directory: string,
	{ steps, batches }: CurriculumPlan,
): AsyncGenerator<Iterable<PlanStep>> {
	const path = `${directory}/${steps.path}`;
	const schema = stepsSchemaOf(batchKinds.find(batches), false);
	const reading = readListed(storageAt(path), path, (file) =>
		arrow.read(file, steps.bytes, schema),
	);
	let count = 0;
	try {
		for await (const batch of reading) {
			yield stepsOf(batch);
			count += batch.rows;
		}
	} catch (error) {
		throw error instanceof SeqpackError ? error : refused(damageOf(error));
	}
	if (count !== steps.rows)
		throw refused(`it has ${count} steps of ${steps.rows}`);

	function refused(why: string): DataError {
		return new DataError(
			"bad-plan",
			`${path} cannot be read: ${why}. Make the plan again with seqpack curriculum.`,
		);
	}
}

function* stepsOf(batch: ColumnBatch): Generator<PlanStep> {
	const numbers = (name: string) => columnOf(batch, name, "int32").values;
	const stage = numbers("stage");
	const stageStep = numbers("stage_step");
	const bucket = numbers("bucket");
	const length = numbers("length");
	const batchSize = numbers("batch_size");
	const offset = columnOf(batch, "offset", "int64").values;
	const part = numbers("part");
	const step: PlanStep = {
		...{ stage: 0, stageStep: 0, bucket: 0, length: 0 },
		...{ batchSize: 0, offset: 0, part: 0, labels: 0 },
	};
	for (let i = 0; i < batch.rows; i++) {
		step.stage = stage[i];
		step.stageStep = stageStep[i];
		step.bucket = bucket[i];
		step.length = length[i];
		step.batchSize = batchSize[i];
		step.offset = Number(offset[i]);
		step.part = part[i];
		yield step;
	}
}
