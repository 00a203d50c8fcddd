import { DataError } from "../core/errors.js";
import {
	type PlanStep,
	STEP_BATCH_ROWS,
	stepsSchema,
} from "../plan/steps-file.js";
import type { RandomAccessFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { eachOf } from "../storage/when-read.js";
import { ArrowRows, newRowPlace } from "../tables/arrow-rows.js";

/** Reads steps of a plan by their number. */
export class StepsReader {
	readonly #file: RandomAccessFile;
	readonly #rows: ArrowRows;
	readonly #place = newRowPlace();
	readonly #numbers = INTS.map(() => new Int32Array(1));
	readonly #offset = new BigInt64Array(1);

	/**
	 * @param path Of the steps, of which there are `rows`.
	 * @throws NotYetRead
	 */
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
		this.#rows.open();
	}

	/** @throws NotYetRead */
	read(step: number): PlanStep {
		const place = this.#rows.find(step, this.#place);
		eachOf(INTS.length + 1, (i) => {
			if (i === INTS.length)
				this.#rows.readNumber("offset", place, this.#offset);
			else this.#rows.readNumber(INTS[i], place, this.#numbers[i]);
		});
		const [stage, stageStep, bucket, length, batchSize, part] =
			this.#numbers.map(([number]) => number);
		const offset = Number(this.#offset[0]);
		return { stage, stageStep, bucket, length, batchSize, offset, part };
	}

	close(): void {
		this.#file.close?.();
	}
}

/** The columns of int32. */
const INTS = [
	"stage",
	"stage_step",
	"bucket",
	"length",
	"batch_size",
	"part",
] as const;
