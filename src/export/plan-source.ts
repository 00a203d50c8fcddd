import { resolveBatches } from "../batches/batch-settings.js";
import { openDatasets } from "../batches/open-batches.js";
import { createReader, type ReaderSource } from "../batches/reader-source.js";
import { lengthsOf, tokensOf } from "../batches/step-items.js";
import { UsageError } from "../core/errors.js";
import { batchKinds } from "../curriculum/batch-kinds.js";
import { padded } from "../dataset/names.js";
import { TRAIN } from "../dataset/splits.js";
import { treesNotWritten } from "../dataset/trees-not-written.js";
import type { BatchOptions } from "../options/batches.js";
import { packers } from "../pack/packers.js";
import { openPlan } from "../plan/curriculum-plan.js";
import type { RowReader } from "../plan/row-reader.js";
import { FarReads } from "../storage/objects/far-reads.js";
import { allOf, eachOf, whenRead } from "../storage/when-read.js";
import { lostByAll } from "./lost-by-all.js";
import {
	domainsOf,
	emptyRow,
	type OpenedSource,
	type SourcePart,
	type TakeRow,
} from "./source.js";

/** Which steps of a plan are exported, for how many ranks, and where its datasets are. */
export type PlanOptions = Pick<
	BatchOptions,
	"fromStep" | "steps" | "worldSize" | "sortRows" | "datasets"
>;

/**
 * Opens a plan: the rows of its steps one after the other, those of each rank as a part, in a
 * directory of its own where a number of ranks is given.
 * @throws UsageError, DataError as `openBatches` does
 */
export async function openPlanSource(
	directory: string,
	options: PlanOptions,
): Promise<OpenedSource> {
	const plan = await openPlan(directory);
	if (plan.lanes !== undefined)
		throw new UsageError(
			"bad-option",
			`${directory} is a plan of documents in order, which files of rows do not keep: read it with seqpack batches.`,
		);
	if (plan.groups !== undefined)
		throw new UsageError(
			"bad-option",
			`${directory} shares steps out in micro-batches, which files of rows do not keep: read it with seqpack batches, or plan without groups of ranks.`,
		);
	const settings = resolveBatches(plan, options);
	const datasets = await openDatasets(directory, plan, options.datasets);
	const ofTrees = datasets.find(({ manifest }) => manifest.settings.prefixTree);
	if (ofTrees !== undefined) throw treesNotWritten(ofTrees.directory);
	const source: ReaderSource = { directory, plan, datasets, settings };
	const ofRows = batchKinds.find(plan.batches).items === "rows";
	const buckets = plan.stages.flatMap((stage) => stage.buckets);
	const lengths = new Set(
		buckets.filter(({ steps }) => steps > 0).map(({ length }) => length),
	);
	const isMixed = !ofRows || lengths.size > 1;
	const [only] = lengths;
	const parts = Array.from(
		{ length: settings.worldSize },
		(_, rank): SourcePart => ({
			directory:
				options.worldSize === undefined ? "" : `rank-${padded(rank, 5)}/`,
			split: TRAIN,
			rowLength: isMixed ? null : only + Number(plan.plusOne),
			rows: null,
			read: (take) => readSteps(source, rank, ofRows, take),
		}),
	);
	const [{ manifest }] = datasets;
	return {
		isDocuments: false,
		isMixed,
		isFull:
			ofRows &&
			datasets.every(({ buckets }) => buckets.every(({ isFull }) => isFull)),
		sharesRows:
			ofRows &&
			datasets.some(
				({ manifest }) =>
					packers.find(manifest.settings.packer.name).sharesRows,
			),
		plusOne: plan.plusOne,
		isMasked: datasets.some(({ manifest }) => manifest.settings.isMasked),
		hasDocIds: false,
		isOrdered: true,
		vocabSize: plan.tokenizer.vocabSize,
		eos: manifest.settings.eos,
		tokenizer: plan.tokenizer.fingerprint,
		planHash: plan.planHash,
		directories: [
			directory,
			...datasets.flatMap(({ directory, store }) => [
				directory,
				...(store ? [store.directory] : []),
			]),
		],
		lost: [...new Set(datasets.flatMap(({ manifest }) => lostByAll(manifest)))],
		parts,
	};
}

async function readSteps(
	source: ReaderSource,
	rank: number,
	ofRows: boolean,
	take: TakeRow,
): Promise<void> {
	const { plan, settings, datasets } = source;
	const domains = datasets.map(
		({ directory, source, manifest }) =>
			source ?? domainsOf(directory, manifest)(),
	);
	const own = { ...settings, rank };
	const reader = await createReader({ ...source, settings: own });
	const row = emptyRow();
	let ids = new Int32Array(0);
	let mask = new Int32Array(0);
	try {
		for (let step = settings.from; step < settings.end; step++) {
			const reads = new FarReads();
			const { items, finder, length } = await whenRead(
				() => reader.itemsOf(step),
				reads,
			);
			const room = ofRows ? length + Number(plan.plusOne) : null;
			const readItem = (i: number) => {
				const count = tokensOf(items, i);
				if (ids.length < count) {
					ids = new Int32Array(2 * count);
					mask = new Int32Array(2 * count);
				}
				const rows = finder.rowsOf(items.dataset[i]);
				const read = (
					to: Int32Array,
					column: Parameters<RowReader["readTokens"]>[5],
				) => {
					const bytes = new Uint8Array(to.buffer);
					const at = items.row[i];
					rows.readTokens(at, items.start[i], bytes, 0, count, column);
					return to.subarray(0, count);
				};
				allOf(
					() => {
						row.ids = read(ids, "input_ids");
					},
					() => {
						row.lossMask = rows.isMasked ? read(mask, "loss_mask") : null;
					},
				);
				row.seqLengths = lengthsOf(items, i);
				row.domain = domains[items.dataset[i]];
			};
			const readRest = () => eachOf(items.count, readItem);
			for (let i = 0; i < items.count; i++) {
				const reading = whenRead(() => readItem(i), reads, readRest);
				if (reading !== undefined) await reading;
				const taking = take(row, room);
				if (taking !== undefined) await taking;
			}
		}
	} finally {
		reader.close();
	}
}
