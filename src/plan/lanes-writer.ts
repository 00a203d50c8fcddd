import type { Storage, WrittenFile } from "../storage/storage.js";
import { arrow } from "../tables/arrow.js";
import {
	LANE_BATCH_ROWS,
	type LaneDocument,
	lanesSchema,
} from "./lanes-file.js";

/** Writes the documents of lanes, one after the other. */
export class LanesWriter {
	readonly #numbers = [0, 1, 2, 3, 4].map(
		() => new Int32Array(LANE_BATCH_ROWS),
	);
	readonly #documents = new BigInt64Array(LANE_BATCH_ROWS);
	#rows = 0;
	#waiting = 0;
	readonly #writer;
	readonly #file;

	private constructor(file: Awaited<ReturnType<Storage["create"]>>) {
		this.#file = file;
		this.#writer = arrow.write(file, lanesSchema, {
			compression: "none",
			batchRows: LANE_BATCH_ROWS,
			metadata: new Map(),
		});
	}

	static async create(storage: Storage, path: string): Promise<LanesWriter> {
		return new LanesWriter(await storage.create(path));
	}

	/** The caller awaits what it returns, if anything. */
	add(document: LaneDocument): Promise<void> | undefined {
		const i = this.#waiting++;
		const [lane, firstStep, dataset, tokens, prefixLength] = this.#numbers;
		lane[i] = document.lane;
		firstStep[i] = document.firstStep;
		dataset[i] = document.dataset;
		tokens[i] = document.tokens;
		prefixLength[i] = document.prefixLength;
		this.#documents[i] = BigInt(document.row);
		return this.#waiting === LANE_BATCH_ROWS ? this.#flush() : undefined;
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
		const [lane, first_step, dataset, tokens, prefix_length] =
			this.#numbers.map((values) => ({
				type: "int32" as const,
				values: values.subarray(0, rows),
			}));
		const row = {
			type: "int64" as const,
			values: this.#documents.subarray(0, rows),
		};
		await this.#writer.write({
			rows,
			columns: { lane, first_step, dataset, tokens, prefix_length, row },
		});
		this.#rows += rows;
		this.#waiting = 0;
	}
}
