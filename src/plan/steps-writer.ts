import type { Storage, WrittenFile } from "../storage/storage.js";
import { arrow } from "../tables/arrow.js";
import type { Schema } from "../tables/columns.js";
import { type PlanStep, STEP_BATCH_ROWS } from "./steps-file.js";

/** Writes the steps of a plan, one after the other. */
export class StepsWriter {
	readonly #numbers = [0, 1, 2, 3, 4, 5, 6].map(
		() => new Int32Array(STEP_BATCH_ROWS),
	);
	readonly #offsets = new BigInt64Array(STEP_BATCH_ROWS);
	#rows = 0;
	#waiting = 0;
	readonly #writer;
	readonly #file;

	private constructor(
		file: Awaited<ReturnType<Storage["create"]>>,
		schema: Schema,
	) {
		this.#file = file;
		this.#writer = arrow.write(file, schema, {
			compression: "none",
			batchRows: STEP_BATCH_ROWS,
			metadata: new Map(),
		});
	}

	static async create(
		storage: Storage,
		path: string,
		schema: Schema,
	): Promise<StepsWriter> {
		return new StepsWriter(await storage.create(path), schema);
	}

	/** The caller awaits what it returns, if anything. */
	add(step: PlanStep): Promise<void> | undefined {
		const i = this.#waiting++;
		const [stage, stageStep, bucket, length, batchSize, part, labels] =
			this.#numbers;
		stage[i] = step.stage;
		stageStep[i] = step.stageStep;
		bucket[i] = step.bucket;
		length[i] = step.length;
		batchSize[i] = step.batchSize;
		part[i] = step.part;
		labels[i] = step.labels;
		this.#offsets[i] = BigInt(step.offset);
		return this.#waiting === STEP_BATCH_ROWS ? this.#flush() : undefined;
	}

	async finish(): Promise<WrittenFile & { rows: number }> {
		if (this.#waiting > 0) await this.#flush();
		await this.#writer.close();
		return { rows: this.#rows, ...(await this.#file.commit()) };
	}

	async abort(): Promise<void> {
		await this.#file.abort();
	}

	async #flush(): Promise<void> {
		const rows = this.#waiting;
		const [stage, stageStep, bucket, length, batchSize, part, labels] =
			this.#numbers.map((values) => ({
				type: "int32" as const,
				values: values.subarray(0, rows),
			}));
		await this.#writer.write({
			rows,
			columns: {
				stage,
				stage_step: stageStep,
				bucket,
				length,
				batch_size: batchSize,
				offset: { type: "int64", values: this.#offsets.subarray(0, rows) },
				part,
				labels,
			},
		});
		this.#rows += rows;
		this.#waiting = 0;
	}
}
