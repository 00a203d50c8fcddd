import { DataError } from "../core/errors.js";
import { type PlanStep, STEP_BATCH_ROWS } from "../plan/steps-file.js";
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
	readonly #names: readonly string[];
	readonly #numbers: Int32Array[];
	readonly #offset = new BigInt64Array(1);

	/**
	 * @param path Of the steps, of which there are `rows`.
	 * @throws NotYetRead
	 */
	constructor(path: string, rows: number, schema: Schema) {
		this.#names = schema
			.filter(({ type }) => type === "int32")
			.map(({ name }) => name);
		this.#numbers = this.#names.map(() => new Int32Array(1));
		this.#file = storageAt(path).openForRandomAccess(path);
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
		const names = this.#names;
		eachOf(names.length + 1, (i) => {
			if (i === names.length)
				this.#rows.readNumbers("offset", place, this.#offset);
			else this.#rows.readNumbers(names[i], place, this.#numbers[i]);
		});
		const [stage, stageStep, bucket, length, batchSize, part, labels = 0] =
			this.#numbers.map(([number]) => number);
		const offset = Number(this.#offset[0]);
		const rows = { stage, stageStep, bucket, length, batchSize, offset };
		return { ...rows, part, labels };
	}

	close(): void {
		this.#file.close?.();
	}
}
