import { DataError } from "../core/errors.js";
import {
	type PlanStep,
	STEP_BATCH_ROWS,
	stepsSchema,
} from "../plan/steps-file.js";
import type { RandomAccessFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { ArrowRows, newRowPlace } from "../tables/arrow-rows.js";

/** Reads steps of a plan by their number. */
export class StepsReader {
	readonly #file: RandomAccessFile;
	readonly #rows: ArrowRows;
	readonly #place = newRowPlace();
	readonly #number = new Int32Array(1);
	readonly #offset = new BigInt64Array(1);

	/** @param path Of the steps, of which there are `rows`. */
	constructor(path: string, rows: number) {
		this.#file = storageAt(path).openForRandomAccess(path);
		this.#rows = new ArrowRows(
			this.#file,
			stepsSchema,
			rows,
			STEP_BATCH_ROWS,
			(why) =>
				new DataError(
					"bad-plan",
					`${path} cannot be read: ${why}. Make the plan again with seqpack curriculum.`,
				),
		);
	}

	read(step: number): PlanStep {
		this.#rows.find(step, this.#place);
		return {
			stage: this.#int("stage"),
			stageStep: this.#int("stage_step"),
			bucket: this.#int("bucket"),
			length: this.#int("length"),
			batchSize: this.#int("batch_size"),
			offset: this.#long("offset"),
			part: this.#int("part"),
		};
	}

	close(): void {
		this.#file.close();
	}

	#int(column: string): number {
		this.#rows.readNumber(column, this.#place, this.#number);
		return this.#number[0];
	}

	#long(column: string): number {
		this.#rows.readNumber(column, this.#place, this.#offset);
		return Number(this.#offset[0]);
	}
}
