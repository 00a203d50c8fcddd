import { Int32Buffer } from "../core/buffers.js";
import { DataError, optionName, UsageError } from "../core/errors.js";
import { listAt } from "../core/int-lists.js";
import { progressOf, type Tell } from "../core/progress.js";
import { createRandom } from "../core/random.js";
import { documentsOfLanes, leastSteps } from "../curriculum/lanes.js";
import type { DocumentLengths } from "../dataset/lengths.js";
import { eachOf, whenRead } from "../storage/when-read.js";
import type { PlanStage } from "./curriculum-plan.js";
import type { DatasetBuckets } from "./dataset-buckets.js";
import { type DocumentBlock, DocumentBlocks } from "./document-blocks.js";
import { DocumentLengthsReader } from "./document-lengths.js";
import { LabelsOfSteps } from "./labels-of-steps.js";
import type { LaneWindow, PlanLanes } from "./lanes-file.js";
import type { LanesWriter } from "./lanes-writer.js";
import { OpenFiles } from "./open-files.js";
import type { StepsWriter } from "./steps-writer.js";

/** About how many documents are given to lanes together: all that is held in memory. */
const WINDOW_DOCUMENTS = 1 << 16;

/** Steps of lanes, at most: a row of the steps each. */
const MOST_STEPS = 2 ** 28;

/** What lanes are planned of. */
export interface LanesTask {
	datasets: readonly DatasetBuckets[];
	tokensPerStep: number;
	worldSize: number;
	epochs: number;
	seed: number;
	chunk: number;
	maxChunks: number;
	steps: StepsWriter;
	lanes: LanesWriter;
	tell: Tell;
}

/**
 * Plans documents in order: gives them to lanes, window by window, and writes which lane reads
 * which, and the steps. Reads lengths, no tokens.
 * @throws UsageError, DataError that say the numbers and a way out
 */
export async function planLanes(task: LanesTask): Promise<{
	stage: PlanStage;
	lanes: Omit<PlanLanes, "path" | "rows" | "bytes" | "sha256">;
}> {
	const { datasets, chunk, epochs, seed } = task;
	const count = countLanes(task);
	const files = new OpenFiles();
	const readers = datasets.map(
		(dataset) => new DocumentLengthsReader(dataset, files),
	);
	const documents = readers.map((reader) => reader.count);
	const blocks = new DocumentBlocks(documents, epochs, seed);
	const all = epochs * documents.reduce((sum, n) => sum + n, 0);
	const windows = Math.ceil(all / WINDOW_DOCUMENTS);
	const laning = new Laning(task, count);
	try {
		for (let window = 0; window < windows; window++) {
			// Windows of equal size: a small last one would not be level.
			const from = Math.floor((window * blocks.count) / windows);
			const to = Math.floor(((window + 1) * blocks.count) / windows);
			const own = Array.from({ length: to - from }, (_, i) =>
				blocks.at(from + i),
			);
			const lengths: DocumentLengths[] = [];
			await whenRead(() =>
				eachOf(own.length, (i) => {
					const { dataset, first, count } = own[i];
					lengths[i] ??= readers[dataset].read(first, count);
				}),
			);
			await laning.add(own, lengths);
			task.tell(() =>
				progressOf("planning", "document", {
					done: Math.round((all * (window + 1)) / windows),
					total: all,
				}),
			);
		}
	} finally {
		files.close();
	}
	const { summary, tokens, rows } = await laning.finish();
	const steps = laning.steps;
	if (steps === 0)
		throw new DataError(
			"no-tokens",
			`there is no document with tokens to train on in ${datasets.map(({ directory }) => directory).join(", ")}.`,
		);
	const sources = datasets.flatMap((_, dataset) =>
		rows[dataset] === 0 ? [] : [{ dataset, first: 0, rows: rows[dataset] }],
	);
	return {
		stage: {
			asked: {},
			firstStep: 0,
			steps,
			tokens,
			buckets: [
				{ length: chunk, batchRows: count, steps, sources, leftRows: 0 },
			],
			offSchedule: 0,
			pools: null,
		},
		lanes: summary,
	};
}

/** @throws UsageError where steps are no whole number of chunks, or ranks do not divide them */
function countLanes({ tokensPerStep, chunk, worldSize }: LanesTask): number {
	const lanes = tokensPerStep / chunk;
	if (!Number.isInteger(lanes)) {
		const below = tokensPerStep - (tokensPerStep % chunk);
		const near = [below, below + chunk].filter((tokens) => tokens > 0);
		throw new UsageError(
			"bad-option",
			`a step of ${tokensPerStep} tokens (${optionName("tokensPerStep")}) is no whole number of chunks of ${chunk} (${optionName("chunk")}): give ${near.join(" or ")}.`,
		);
	}
	if (lanes % worldSize !== 0)
		throw new UsageError(
			"bad-option",
			`${worldSize} ranks (${optionName("worldSize")}) do not divide the ${lanes} lanes that a step of ${tokensPerStep} tokens has (${optionName("tokensPerStep")}, ${optionName("chunk")}): give ${worldSize * chunk * Math.max(1, Math.floor(lanes / worldSize))} tokens, or as many ranks as divide the lanes.`,
		);
	if (lanes > 2 ** 20)
		throw new UsageError(
			"bad-option",
			`a step of ${tokensPerStep} tokens has ${lanes} lanes of ${chunk} tokens (${optionName("chunk")}), and there can be ${2 ** 20}: give larger chunks, or fewer ${optionName("tokensPerStep")}.`,
		);
	return lanes;
}

/** Gives documents to lanes, and writes what comes of it. */
class Laning {
	steps = 0;
	readonly #task: LanesTask;
	readonly #loads: Float64Array;
	readonly #labels = new LabelsOfSteps();
	readonly #windows: LaneWindow[] = [];
	readonly #rows: number[];
	#tokens = 0;
	#chunks = 0;
	#longest = 0;
	#empty = 0;
	#heldOut = 0;
	#cut = 0;
	#cutTokens = 0;

	constructor(task: LanesTask, lanes: number) {
		this.#task = task;
		this.#loads = new Float64Array(lanes);
		this.#rows = task.datasets.map(() => 0);
	}

	/** Gives the documents of a window to lanes. */
	async add(
		blocks: readonly DocumentBlock[],
		lengths: readonly DocumentLengths[],
	): Promise<void> {
		const { chunk, seed, lanes } = this.#task;
		const { block, number, tokens } = this.#documentsOf(blocks, lengths);
		if (tokens.length === 0) return;
		const chunks = tokens.view().map((n) => Math.ceil(n / chunk));
		const random = createRandom(seed, 0, this.#windows.length);
		const given = documentsOfLanes(chunks, this.#loads, random);
		let first = Number.POSITIVE_INFINITY;
		let end = 0;
		for (let i = 0; i < chunks.length; i++) {
			const document = given.order[i];
			const firstStep = given.firstStep[i];
			first = Math.min(first, firstStep);
			end = Math.max(end, firstStep + chunks[document]);
			this.#longest = Math.max(this.#longest, chunks[document]);
			this.#chunks += chunks[document];
			if (end > MOST_STEPS) throw tooMany(end);
			const of = block.array[document];
			const { trained } = lengths[of];
			const runs =
				trained === null ? null : listAt(trained, number.array[document]);
			const length = tokens.array[document];
			this.#labels.add(firstStep, length, chunk, runs);
			const writing = lanes.add({
				lane: given.lane[i],
				firstStep,
				dataset: blocks[of].dataset,
				tokens: length,
				prefixLength: prefixLength(length, runs),
				row: blocks[of].first + number.array[document],
			});
			if (writing !== undefined) await writing;
		}
		this.#windows.push({ rows: chunks.length, firstStep: first, endStep: end });
		// What is given to lanes from here on begins no earlier.
		await this.#writeSteps(this.#loads.reduce((a, b) => Math.min(a, b)));
	}

	/** Writes what is left. */
	async finish() {
		await this.#writeSteps(this.#loads.reduce((a, b) => Math.max(a, b)));
		const { chunk } = this.#task;
		const count = this.#loads.length;
		return {
			tokens: this.#tokens,
			rows: this.#rows,
			summary: {
				count,
				chunk,
				windows: this.#windows,
				chunks: this.#chunks,
				idle: this.steps * count - this.#chunks,
				leastSteps: leastSteps(this.#chunks, this.#longest, count),
				longest: this.#longest,
				emptyDocuments: this.#empty,
				heldOutDocuments: this.#heldOut,
				cutDocuments: this.#cut,
				cutTokens: this.#cutTokens,
			},
		};
	}

	/** The documents to train on, less what is left out; of each its block, and its number there. */
	#documentsOf(
		blocks: readonly DocumentBlock[],
		lengths: readonly DocumentLengths[],
	) {
		const block = new Int32Buffer();
		const number = new Int32Buffer();
		const tokens = new Int32Buffer();
		const most = this.#task.chunk * this.#task.maxChunks;
		for (const [b, { dataset, count }] of blocks.entries()) {
			const { lengths: all, splits } = lengths[b];
			for (let i = 0; i < count; i++) {
				if (splits !== null && splits[i] !== 0) {
					this.#heldOut++;
					continue;
				}
				if (all[i] === 0) {
					this.#empty++;
					continue;
				}
				const kept = Math.min(all[i], most);
				this.#cut += Number(kept < all[i]);
				this.#cutTokens += all[i] - kept;
				this.#tokens += kept;
				this.#rows[dataset]++;
				block.push(b);
				number.push(i);
				tokens.push(kept);
			}
		}
		return { block, number, tokens };
	}

	async #writeSteps(end: number): Promise<void> {
		const { steps, chunk } = this.#task;
		for (const labels of this.#labels.take(end)) {
			const writing = steps.add({
				stage: 0,
				stageStep: this.steps,
				bucket: 0,
				length: chunk,
				batchSize: this.#loads.length,
				offset: this.steps++,
				part: 0,
				labels,
			});
			if (writing !== undefined) await writing;
		}
	}
}

/**
 * Tokens before the first to train on; 0 where that is the second one, since the first of a
 * document never is.
 */
function prefixLength(tokens: number, runs: Int32Array | null): number {
	if (runs === null) return 0;
	const first = runs.length === 0 ? tokens : Math.min(runs[0], tokens);
	return first <= 1 && runs.length > 0 ? 0 : first;
}

function tooMany(steps: number): UsageError {
	return new UsageError(
		"bad-option",
		`the plan has more than ${steps} steps, and can have ${MOST_STEPS}: give more ${optionName("tokensPerStep")}, a larger ${optionName("chunk")} or fewer ${optionName("epochs")}.`,
	);
}
