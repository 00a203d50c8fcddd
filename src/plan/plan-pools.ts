import { optionName, UsageError } from "../core/errors.js";
import { progressOf } from "../core/progress.js";
import {
	lengthsOf,
	type StageBucket,
	takeRows,
} from "../curriculum/plan-stage.js";
import { wantedRows } from "../curriculum/wanted-rows.js";
import { whenRead } from "../storage/when-read.js";
import type { PlanStage } from "./curriculum-plan.js";
import { OpenFiles } from "./open-files.js";
import { openFinder } from "./open-finder.js";
import { labelsOfPool, readPool } from "./sequence-pools.js";
import type { StageTask } from "./stage-task.js";
import { rowsOfSequences } from "./step-rows.js";
import { StoreReaders } from "./store-reader.js";

/** About how many steps the rows of a pool make. */
const STEPS_PER_POOL = 64;

/**
 * Plans a stage of batches of sequences: reads the lengths of all its sequences,
 * pool by pool.
 */
export async function planPools({
	datasets,
	context,
	asked,
	seed,
	number,
	writer,
	tell,
	grouper,
}: StageTask): Promise<Omit<PlanStage, "asked" | "firstStep">> {
	const lengths = lengthsOf(context, asked);
	if (lengths.length > 1)
		throw new UsageError(
			"bad-option",
			`batches of sequences of similar length are for packed rows, and there are buckets of ${lengths.join(", ")}: leave out ${optionName("batches")}, or name one of them in ${optionName("buckets")}.`,
		);
	const [length] = lengths;
	const wanted = wantedRows(context, asked, lengths).map(([rows]) => rows);
	const sources = takeRows(context, length, wanted, 0);
	const rows = sources.reduce((sum, source) => sum + source.rows, 0);
	const { tokensPerStep, worldSize } = context;
	const bucket: StageBucket = {
		length,
		batchRows: 0,
		steps: 0,
		sources,
		leftRows: 0,
	};
	const files = new OpenFiles();
	const stores = new StoreReaders(files);
	const finder = openFinder(bucket, datasets, seed, files, stores);
	const poolRows = Math.max(
		1,
		Math.ceil((STEPS_PER_POOL * tokensPerStep) / length),
	);
	const summary = { rows: poolRows, paddedTokens: 0, leftSequences: 0 };
	let steps = 0;
	let tokens = 0;
	try {
		for (let first = 0; first < rows; first += poolRows) {
			const span = { first, rows: Math.min(poolRows, rows - first) };
			const budget = { tokens: tokensPerStep, multiple: worldSize };
			const key = [seed, number, first];
			const pool = await whenRead(() => readPool(finder, span, budget, key));
			const labels =
				grouper && (await whenRead(() => labelsOfPool(finder, span, pool)));
			const { order, offsets } = pool.batches;
			for (const [part, batch] of pool.turns.entries()) {
				const longest = pool.lengths[order[offsets[batch]]];
				const batchSize = offsets[batch + 1] - offsets[batch];
				summary.paddedTokens += longest * batchSize;
				const groups =
					labels &&
					(await grouper.share(
						rowsOfSequences(
							pool.lengths,
							labels,
							order.subarray(offsets[batch], offsets[batch + 1]),
						),
						"longest",
					));
				const writing = writer.add({
					...(groups && { groups }),
					stage: number,
					stageStep: steps++,
					bucket: 0,
					length: longest,
					batchSize,
					offset: first,
					part,
					labels: 0,
				});
				if (writing !== undefined) await writing;
				tell(() =>
					progressOf("planning", "row", { done: first, total: rows, tokens }),
				);
			}
			for (const sequence of order) tokens += pool.lengths[sequence];
			summary.leftSequences += pool.lengths.length - order.length;
		}
	} finally {
		files.close();
	}
	const buckets = [{ ...bucket, steps }];
	return { steps, tokens, buckets, offSchedule: 0, pools: summary };
}
