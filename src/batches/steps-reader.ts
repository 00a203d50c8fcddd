import {
	type PlanStep,
	STEP_BATCH_ROWS,
	STEPS_FILE,
	stepsSchema,
} from "../plan/steps-file.js";
import type { RandomAccessFile, Storage } from "../storage/storage.js";
import { ArrowRows, newRowPlace } from "../tables/arrow-rows.js";

/** Reads steps of a plan by their number. */
export class StepsReader {
	readonly #file: RandomAccessFile;
	readonly #rows: ArrowRows;
	readonly #place = newRowPlace();
	readonly #number = new Int32Array(1);
	readonly #offset = new BigInt64Array(1);

	constructor(storage: Storage, directory: string, rows: number) {
		this.#file = storage.openForRandomAccess(`${directory}/${STEPS_FILE}`);
		this.#rows = new ArrowRows(this.#file, stepsSchema, rows, STEP_BATCH_ROWS);
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
