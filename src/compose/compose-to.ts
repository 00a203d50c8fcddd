import { addCounts } from "../core/counts.js";
import { DataError } from "../core/errors.js";
import type { ComposeProgress } from "../options/compose.js";
import { DraftChoice } from "../recipes/draw-drafts.js";
import type { Form } from "../recipes/forms.js";
import type { PendingFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	injectedBatch,
	injectedSchema,
	injectedTable,
	type PlacedSpan,
} from "./injected.js";
import type { ComposeOutput, OutputFile } from "./outputs.js";
import type { PreparedCompose } from "./prepare.js";
import { runUnits, type UnitEvents } from "./run-units.js";
import type { SpillBlock } from "./spill.js";
import type { Unit, UnitInput, UnitResult } from "./unit.js";

/** What composing came to. */
export interface ComposeSummary {
	/** Records read, and those among them that could not be used or are not wanted, by reason. */
	read: number;
	skipped: Record<string, number>;
	leftOut: Record<string, number>;
	/** Composed records. */
	records: number;
	/** How they are written. */
	form: Form;
	/** Whether messages say which of them to train on, in the field `train`. */
	marksMessages: boolean;
	/** What the recipe's steps have counted, by name. */
	counts: Record<string, number>;
	/** Spans that were put in. */
	injected: number;
	/** SHA-256 of the recipe. */
	recipe: string;
	seed: number;
	[field: string]: unknown;
}

export interface ComposeRunning {
	workers: number;
	signal?: AbortSignal | undefined;
	onProgress?: ((progress: ComposeProgress) => void) | undefined;
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
	readonly #progress: ComposeProgress;
	readonly #summary: ComposeSummary;
	/** Of each unit, what it put in, and the bytes that it wrote. */
	readonly #injected = new Map<number, PlacedSpan[]>();
	readonly #written = new Map<number, number>();

	constructor(
		output: ComposeOutput,
		prepared: PreparedCompose,
		running: ComposeRunning,
	) {
		this.#output = output;
		this.#prepared = prepared;
		this.#running = running;
		const { totalBytes, recipe, recipeHash, context } = prepared;
		this.#progress = { bytes: 0, totalBytes, records: 0 };
		this.#summary = {
			...{ read: 0, skipped: {}, leftOut: {}, records: 0 },
			form: recipe.form,
			marksMessages: recipe.marksMessages,
			...{ counts: {}, injected: 0 },
			recipe: recipeHash,
			seed: context.seed,
		};
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
		for (const unit of inputs.keys())
			for (const _ of this.#injected.get(unit) ?? []) this.#summary.injected++;
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
		const files = new Map<
			number,
			{ path: string; file: PendingFile; length: number; blocks: SpillBlock[] }
		>();
		const units = spans.map((spans, number): Unit => {
			return { stage: "part", number, input: { spans } };
		});
		try {
			await this.#run(units, {
				write: async ({ number }, partition, bytes) => {
					let spill = files.get(number);
					if (spill === undefined) {
						const path = this.#output.scratch(`groups/${number}.bin`);
						const file = await storageAt(path).create(path);
						spill = { path, file, length: 0, blocks: [] };
						files.set(number, spill);
					}
					const { length } = bytes;
					await spill.file.write(bytes);
					spill.blocks.push({ partition, position: spill.length, length });
					spill.length += length;
				},
				onDone: async ({ number }, result) => {
					this.#noteRead(result);
					await files.get(number)?.file.commit();
				},
			});
		} catch (error) {
			for (const { file } of files.values()) await file.abort();
			throw error;
		}
		return Array.from({ length: context.partitions }, (_, partition) => ({
			spills: spans.flatMap((_, number) => {
				const spill = files.get(number);
				if (spill === undefined) return [];
				const { path } = spill;
				const blocks = spill.blocks.filter((b) => b.partition === partition);
				return blocks.length === 0 ? [] : [{ path, blocks }];
			}),
		}));
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
				if (this.#prepared.context.partitions === 0) this.#noteRead(result);
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

	#noteRead({ read, counts }: UnitResult): void {
		this.#summary.read += read.records;
		addCounts(this.#summary.skipped, read.skipped);
		addCounts(this.#summary.leftOut, read.leftOut);
		addCounts(this.#summary.counts, counts);
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
				this.#progress.records += records;
				onProgress?.({ ...this.#progress });
			},
		});
	}

	async #writeInjected(units: number): Promise<void> {
		if (this.#summary.injected === 0) return;
		const file = await this.#output.injected();
		const writer = injectedTable.write(file, injectedSchema, {
			compression: injectedTable.compressions[0],
			batchRows: 1 << 16,
			metadata: new Map(),
		});
		const { isOneFile } = this.#output;
		let first = 0;
		for (let unit = 0; unit < units; unit++) {
			const spans = this.#injected.get(unit) ?? [];
			const source = this.#output.nameOf(unit);
			if (spans.length > 0)
				await writer.write(injectedBatch(spans, source, first));
			if (isOneFile) first += this.#written.get(unit) ?? 0;
		}
		await writer.close();
		await file.close();
	}
}

/**
 * Puts what units write into one file, in the order of their numbers: what comes before its turn
 * waits on the disk.
 */
class LateBytes {
	readonly #output: ComposeOutput;
	readonly #waiting = new Map<number, { path: string; file: PendingFile }>();
	readonly #ended = new Set<number>();
	#turn = 0;
	#advancing: Promise<void> = Promise.resolve();
	#file: OutputFile | null = null;

	constructor(output: ComposeOutput) {
		this.#output = output;
	}

	async write(unit: number, bytes: Uint8Array): Promise<void> {
		if (unit === this.#turn && !this.#waiting.has(unit)) {
			await this.#append(bytes);
			return;
		}
		let waiting = this.#waiting.get(unit);
		if (waiting === undefined) {
			const path = this.#output.scratch(`units/${unit}.bin`);
			waiting = { path, file: await storageAt(path).create(path) };
			this.#waiting.set(unit, waiting);
		}
		await waiting.file.write(bytes);
	}

	async end(unit: number): Promise<void> {
		await this.#waiting.get(unit)?.file.commit();
		this.#ended.add(unit);
		// Units that end at the same time are put in their places one after the other.
		this.#advancing = this.#advancing.then(() => this.#advance());
		await this.#advancing;
	}

	async abort(): Promise<void> {
		for (const [unit, { file }] of this.#waiting)
			if (!this.#ended.has(unit)) await file.abort();
	}

	async #advance(): Promise<void> {
		while (this.#ended.has(this.#turn)) {
			const waiting = this.#waiting.get(this.#turn);
			if (waiting !== undefined) {
				await this.#copy(waiting.path);
				this.#waiting.delete(this.#turn);
			}
			this.#turn++;
		}
	}

	async #copy(path: string): Promise<void> {
		const storage = storageAt(path);
		const file = await storage.open(path);
		try {
			for (let position = 0; ; ) {
				const piece = await file.read(position, storage.readSize);
				if (piece.length === 0) break;
				await this.#append(piece);
				position += piece.length;
			}
		} finally {
			await file.close();
		}
		await storage.remove(path);
	}

	async #append(bytes: Uint8Array): Promise<void> {
		this.#file ??= await this.#output.records(0);
		await this.#file.write(bytes);
	}
}

function describeCounts({
	skipped,
	leftOut,
	counts,
}: Pick<ComposeSummary, "skipped" | "leftOut" | "counts">): string {
	const all = Object.entries({ ...leftOut, ...skipped, ...sorted(counts) });
	return all.length === 0
		? "give other inputs"
		: all.map(([name, count]) => `${name} ${count}`).join(", ");
}

function sorted(counts: Readonly<Record<string, number>>) {
	return Object.fromEntries(
		Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)),
	);
}
