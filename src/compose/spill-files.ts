import type { PendingFile } from "../storage/storage.js";
import { type ComposeOutput, createScratch } from "./outputs.js";
import type { SpillBlock } from "./spill.js";
import type { UnitInput } from "./unit.js";

/** What one unit wrote aside. */
interface SpillFile {
	path: string;
	file: PendingFile;
	length: number;
	blocks: SpillBlock[];
}

/** What units write aside of their records, a file for each unit. */
export class SpillFiles {
	readonly #output: ComposeOutput;
	readonly #files = new Map<number, SpillFile>();

	constructor(output: ComposeOutput) {
		this.#output = output;
	}

	async write(
		unit: number,
		partition: number,
		bytes: Uint8Array,
	): Promise<void> {
		let spill = this.#files.get(unit);
		if (spill === undefined) {
			const path = this.#output.scratch(`groups/${unit}.bin`);
			spill = { path, file: await createScratch(path), length: 0, blocks: [] };
			this.#files.set(unit, spill);
		}
		const { length } = bytes;
		await spill.file.write(bytes);
		spill.blocks.push({ partition, position: spill.length, length });
		spill.length += length;
	}

	async end(unit: number): Promise<void> {
		await this.#files.get(unit)?.file.commit();
	}

	async abort(): Promise<void> {
		for (const { file } of this.#files.values()) await file.abort();
	}

	/** The input of each partition: what all units wrote of it, in their order. */
	inputs(partitions: number): UnitInput[] {
		const inOrder = [...this.#files].sort(([a], [b]) => a - b);
		return Array.from({ length: partitions }, (_, partition) => ({
			spills: inOrder.flatMap(([, { path, blocks: all }]) => {
				const blocks = all.filter((block) => block.partition === partition);
				return blocks.length === 0 ? [] : [{ path, blocks }];
			}),
		}));
	}
}
