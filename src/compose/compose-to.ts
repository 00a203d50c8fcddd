import { addCounts } from "../core/counts.js";
import { DataError } from "../core/errors.js";
import {
	type OnProgress,
	type Progress,
	progressOf,
} from "../core/progress.js";
import { DraftChoice } from "../recipes/draw-drafts.js";
import {
	type InjectedOfUnit,
	type PlacedSpan,
	writeInjected,
} from "./injected.js";
import { LateBytes } from "./late-bytes.js";
import type { ComposeOutput, OutputFile } from "./outputs.js";
import type { PreparedCompose } from "./prepare.js";
import { runUnits, type UnitEvents } from "./run-units.js";
import { SpillFiles } from "./spill-files.js";
import {
	addRead,
	type ComposeSummary,
	describeCounts,
	emptySummary,
	sorted,
} from "./summary.js";
import type { Unit, UnitInput } from "./unit.js";

export interface ComposeRunning {
	workers: number;
	signal?: AbortSignal | undefined;
	onProgress?: OnProgress | undefined;
}

/**
 * Does what is prepared.
 * @throws DataError, InterruptedError
 */
export async function composeTo(
	output: ComposeOutput,
	prepared: PreparedCompose,
	running: ComposeRunning,
): Promise<ComposeSummary> {
	return new Composing(output, prepared, running).run();
}

class Composing {
	readonly #output: ComposeOutput;
	readonly #prepared: PreparedCompose;
	readonly #running: ComposeRunning;
	readonly #progress: Progress;
	readonly #summary: ComposeSummary;
	readonly #injected = new Map<number, PlacedSpan[]>();
	/** Bytes that each unit has written. */
	readonly #written = new Map<number, number>();

	constructor(
		output: ComposeOutput,
		prepared: PreparedCompose,
		running: ComposeRunning,
	) {
		this.#output = output;
		this.#prepared = prepared;
		this.#running = running;
		const { totalBytes } = prepared;
		this.#progress = progressOf("composing", "record", { totalBytes });
		this.#summary = emptySummary(prepared);
	}

	async run(): Promise<ComposeSummary> {
		const { recipe } = this.#prepared;
		const inputs =
			this.#prepared.context.partitions > 0
				? await this.#part()
				: this.#prepared.units.map((spans): UnitInput => ({ spans }));
		const chosen =
			recipe.choosing === null ? undefined : await this.#choose(inputs);
		await this.#compose(inputs, chosen);
		await this.#writeInjected(inputs.length);
		if (this.#summary.records === 0)
			throw new DataError(
				"nothing-composed",
				`nothing came out of ${this.#summary.read} records: ${describeCounts(this.#summary)}.`,
			);
		this.#summary.counts = sorted(this.#summary.counts);
		await this.#output.publish({ version: 1, composed: this.#summary });
		return this.#summary;
	}

	/** Writes records aside by their keys; gives the input of each partition. */
	async #part(): Promise<UnitInput[]> {
		const { units: spans, context } = this.#prepared;
		const spills = new SpillFiles(this.#output);
		const units = spans.map((spans, number): Unit => {
			return { stage: "part", number, input: { spans } };
		});
		try {
			await this.#run(units, {
				write: ({ number }, partition, bytes) =>
					spills.write(number, partition, bytes),
				onDone: async ({ number }, result) => {
					addRead(this.#summary, result);
					await spills.end(number);
				},
			});
		} catch (error) {
			await spills.abort();
			throw error;
		}
		return spills.inputs(context.partitions);
	}

	/** The places of the drafts that a step chooses. */
	async #choose(inputs: readonly UnitInput[]): Promise<string[]> {
		const { recipe, context } = this.#prepared;
		if (recipe.choosing === null) return [];
		const choice = new DraftChoice(recipe.choosing, context.seed);
		const units = inputs.map((input, number): Unit => {
			return { stage: "choose", number, input };
		});
		await this.#run(units, {
			write: async () => {},
			onDone: async (_, { drawn, eligible }) => {
				choice.add(drawn);
				choice.eligible += eligible;
			},
		});
		return [...choice.chosen().keys()];
	}

	async #compose(
		inputs: readonly UnitInput[],
		chosen: readonly string[] | undefined,
	): Promise<void> {
		const files = new Map<number, OutputFile>();
		const late = new LateBytes(this.#output);
		const { isOneFile } = this.#output;
		const units = inputs.map((input, number): Unit => {
			const unit: Unit = { stage: "compose", number, input };
			return chosen === undefined ? unit : { ...unit, chosen };
		});
		const running = this.#run(units, {
			write: async ({ number }, _, bytes) => {
				if (isOneFile) return late.write(number, bytes);
				let file = files.get(number);
				if (file === undefined) {
					file = await this.#output.records(number);
					files.set(number, file);
				}
				await file.write(bytes);
			},
			onDone: async ({ number }, result) => {
				if (this.#prepared.context.partitions === 0)
					addRead(this.#summary, result);
				else addCounts(this.#summary.counts, result.counts);
				this.#summary.records += result.records;
				this.#injected.set(number, result.injected);
				this.#written.set(number, result.bytes);
				await files.get(number)?.close();
				files.delete(number);
				if (isOneFile) await late.end(number);
			},
		});
		try {
			await running;
		} catch (error) {
			await late.abort();
			throw error;
		}
	}

	async #writeInjected(units: number): Promise<void> {
		for (const { length } of this.#injected.values())
			this.#summary.injected += length;
		if (this.#summary.injected === 0) return;
		const output = this.#output;
		const lists: InjectedOfUnit[] = [];
		let first = 0;
		for (let unit = 0; unit < units; unit++) {
			const spans = this.#injected.get(unit) ?? [];
			if (spans.length > 0)
				lists.push({ spans, source: output.nameOf(unit), first });
			if (output.isOneFile) first += this.#written.get(unit) ?? 0;
		}
		await writeInjected(await output.injected(), lists);
	}

	async #run(
		units: readonly Unit[],
		events: Pick<UnitEvents, "write" | "onDone">,
	): Promise<void> {
		const { workers, signal, onProgress } = this.#running;
		await runUnits(this.#prepared.context, units, workers, signal, {
			...events,
			onProgress: (bytes, records) => {
				this.#progress.bytes += bytes;
				this.#progress.done += records;
				onProgress?.({ ...this.#progress });
			},
		});
	}
}
