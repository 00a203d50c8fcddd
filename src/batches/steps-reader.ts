import { sum } from "../core/arithmetic.js";
import { DataError } from "../core/errors.js";
import { batchKinds } from "../curriculum/batch-kinds.js";
import { openListedAtRandom } from "../dataset/listed-file.js";
import type { CurriculumPlan } from "../plan/curriculum-plan.js";
import {
	type PlanStep,
	STEP_BATCH_ROWS,
	stepsSchemaOf,
} from "../plan/steps-file.js";
import type { RandomAccessFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { eachOf } from "../storage/when-read.js";
import { ArrowRows, newRowPlace } from "../tables/arrow-rows.js";
import type { Schema } from "../tables/columns.js";

/** Reads steps of a plan by their number. */
export class StepsReader {
	readonly #file: RandomAccessFile;
	readonly #rows: ArrowRows;
	readonly #place = newRowPlace();
	readonly #columns: { name: string; values: Int32Array | BigInt64Array }[];

	/**
	 * @param path Of the steps, of which there are `rows`.
	 * @throws NotYetRead
	 */
	constructor(path: string, rows: number, schema: Schema) {
		this.#columns = schema.map(({ name, type }) => ({
			name,
			values: type === "int64" ? new BigInt64Array(1) : new Int32Array(1),
		}));
		this.#file = openListedAtRandom(
			storageAt(path),
			path,
			"The plan",
			"make it again with seqpack curriculum",
		);
		this.#rows = new ArrowRows(
			this.#file,
			schema,
			rows,
			STEP_BATCH_ROWS,
			(why) =>
				new DataError(
					"bad-plan",
					`${path} cannot be read: ${why}. Make the plan again with seqpack curriculum.`,
				),
		);
		this.#rows.open();
	}

	/** @throws NotYetRead */
	read(step: number): PlanStep {
		const place = this.#rows.find(step, this.#place);
		const columns = this.#columns;
		eachOf(columns.length, (i) => {
			const { name, values } = columns[i];
			this.#rows.readNumbers(name, place, values);
		});
		const found: Record<string, number> = {};
		for (const { name, values } of columns) found[name] = Number(values[0]);
		const { stage, bucket, length, offset, part, labels = 0 } = found;
		const { first_group: first, groups: count } = found;
		const planned: PlanStep = {
			...{ stage, bucket, length, offset, part, labels },
			stageStep: found.stage_step,
			batchSize: found.batch_size,
		};
		if (first === undefined) return planned;
		const microBatches = found.micro_batches;
		return { ...planned, groups: { first, count, microBatches } };
	}

	/** The micro-batches of the steps from one to before another, where steps have groups. @throws NotYetRead */
	countMicroBatches(from: number, end: number): number {
		let total = 0;
		for (let step = from; step < end; ) {
			const place = this.#rows.find(step, newRowPlace());
			const count = Math.min(end - step, place.batch.rows - place.row);
			const counts = new Int32Array(count);
			this.#rows.readNumbers("micro_batches", place, counts);
			total += sum(counts);
			step += count;
		}
		return total;
	}

	close(): void {
		this.#file.close?.();
	}
}

/** @throws NotYetRead */
export function openSteps(
	directory: string,
	{ batches, groups, steps }: CurriculumPlan,
): StepsReader {
	const schema = stepsSchemaOf(batchKinds.find(batches), groups !== undefined);
	return new StepsReader(`${directory}/${steps.path}`, steps.rows, schema);
}
