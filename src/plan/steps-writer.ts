import type { Storage } from "../storage/storage.js";
import type { Schema } from "../tables/columns.js";
import { NumberRowsWriter } from "./number-rows-writer.js";
import { type PlanStep, STEP_BATCH_ROWS } from "./steps-file.js";

/** Writes the steps of a plan, one after the other. */
export type StepsWriter = NumberRowsWriter<PlanStep>;

/** @param schema As `stepsSchemaOf` gives it. */
export function createStepsWriter(
	storage: Storage,
	path: string,
	schema: Schema,
): Promise<StepsWriter> {
	return NumberRowsWriter.create<PlanStep>(
		storage,
		path,
		schema,
		STEP_BATCH_ROWS,
		{
			stage: ({ stage }) => stage,
			stage_step: ({ stageStep }) => stageStep,
			bucket: ({ bucket }) => bucket,
			length: ({ length }) => length,
			batch_size: ({ batchSize }) => batchSize,
			offset: ({ offset }) => offset,
			part: ({ part }) => part,
			labels: ({ labels }) => labels,
			first_group: ({ groups }) => groups?.first ?? 0,
			groups: ({ groups }) => groups?.count ?? 0,
			micro_batches: ({ groups }) => groups?.microBatches ?? 1,
		},
	);
}
