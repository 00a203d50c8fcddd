import type {
	RandomAccessFile,
	Storage,
	WrittenFile,
} from "../storage/storage.js";
import { arrow } from "../tables/arrow.js";
import { ArrowRows, newRowPlace } from "../tables/arrow-rows.js";
import { STEP_BATCH_ROWS, STEPS_FILE, stepsSchema } from "./plan.js";

/** A step as the plan has it: see `stepsSchema`. */
export interface PlanStep {
	stage: number;
	stageStep: number;
	bucket: number;
	length: number;
	batchSize: number;
	offset: number;
	part: number;
}

/** Writes the steps of a plan, one after the other. */
export class StepsWriter {
	readonly #numbers = [0, 1, 2, 3, 4, 5].map(
		() => new Int32Array(STEP_BATCH_ROWS),
	);
	readonly #offsets = new BigInt64Array(STEP_BATCH_ROWS);
	#rows = 0;
	#waiting = 0;
	readonly #writer;
	readonly #file;

	private constructor(file: Awaited<ReturnType<Storage["create"]>>) {
		this.#file = file;
		this.#writer = arrow.write(file, stepsSchema, {
			compression: "none",
			batchRows: STEP_BATCH_ROWS,
			metadata: new Map(),
		});
	}

	static async create(
		storage: Storage,
		directory: string,
	): Promise<StepsWriter> {
		return new StepsWriter(await storage.create(`${directory}/${STEPS_FILE}`));
	}

	/** The caller awaits what it returns, if anything. */
	add(step: PlanStep): Promise<void> | undefined {
		const i = this.#waiting++;
		const [stage, stageStep, bucket, length, batchSize, part] = this.#numbers;
		stage[i] = step.stage;
		stageStep[i] = step.stageStep;
		bucket[i] = step.bucket;
		length[i] = step.length;
		batchSize[i] = step.batchSize;
		part[i] = step.part;
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
		const [stage, stageStep, bucket, length, batchSize, part] =
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
			},
		});
		this.#rows += rows;
		this.#waiting = 0;
	}
}

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
