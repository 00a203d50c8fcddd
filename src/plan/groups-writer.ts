import { Int32Buffer } from "../core/buffers.js";
import type { Storage, WrittenFile } from "../storage/storage.js";
import { arrow } from "../tables/arrow.js";
import {
	GROUP_BATCH_ROWS,
	groupsSchema,
	type StepGroup,
} from "./groups-file.js";

/** Columns of the file that are numbers of the group itself. */
const NUMBERS = {
	micro_batch: ({ microBatch }: StepGroup) => microBatch,
	first_rank: ({ firstRank }: StepGroup) => firstRank,
	degree: ({ degree }: StepGroup) => degree,
	labels: ({ labels }: StepGroup) => labels,
};

/** Writes groups of ranks, step by step. */
export class GroupsWriter {
	readonly #file: Awaited<ReturnType<Storage["create"]>>;
	readonly #writer;
	/** The groups that wait to be written, and the step of each. */
	#waiting: StepGroup[] = [];
	#steps: number[] = [];
	#rows = 0;

	private constructor(file: Awaited<ReturnType<Storage["create"]>>) {
		this.#file = file;
		this.#writer = arrow.write(file, groupsSchema, {
			compression: "none",
			batchRows: GROUP_BATCH_ROWS,
			metadata: new Map(),
		});
	}

	static async create(storage: Storage, path: string): Promise<GroupsWriter> {
		return new GroupsWriter(await storage.create(path));
	}

	/** Groups that were added. */
	get rows(): number {
		return this.#rows + this.#waiting.length;
	}

	/** The caller awaits what it returns, if anything. */
	add(step: number, group: StepGroup): Promise<void> | undefined {
		this.#waiting.push(group);
		this.#steps.push(step);
		return this.#waiting.length === GROUP_BATCH_ROWS
			? this.#flush()
			: undefined;
	}

	async finish(): Promise<WrittenFile & { rows: number }> {
		if (this.#waiting.length > 0) await this.#flush();
		await this.#writer.close();
		return { rows: this.#rows, ...(await this.#file.commit()) };
	}

	async abort(): Promise<void> {
		await this.#file.abort();
	}

	async #flush(): Promise<void> {
		const groups = this.#waiting;
		const rows = groups.length;
		const items = new Int32Buffer();
		const offsets = new Int32Array(rows + 1);
		groups.forEach((group, i) => {
			items.append(group.items);
			offsets[i + 1] = items.length;
		});
		const numbers = Object.entries(NUMBERS).map(([name, of]) => [
			name,
			{ type: "int32" as const, values: Int32Array.from(groups, of) },
		]);
		await this.#writer.write({
			rows,
			columns: {
				...Object.fromEntries(numbers),
				step: { type: "int32", values: Int32Array.from(this.#steps) },
				cost: {
					type: "float64",
					values: Float64Array.from(groups, ({ cost }) => cost),
				},
				items: { type: "list<int32>", values: items.view(), offsets },
			},
		});
		this.#rows += rows;
		this.#waiting = [];
		this.#steps = [];
	}
}
