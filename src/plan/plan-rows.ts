import { progressOf } from "../core/progress.js";
import { createRandom } from "../core/random.js";
import { planStage } from "../curriculum/plan-stage.js";
import type { PlanStage } from "./curriculum-plan.js";
import { OpenFiles } from "./open-files.js";
import { openFinder } from "./open-finder.js";
import type { StageTask } from "./stage-task.js";
import { StoreReaders } from "./store-reader.js";

/** Plans a stage of batches of rows; reads lengths only where rows are shared out among groups of ranks. */
export async function planRows({
	datasets,
	context,
	asked,
	seed,
	number,
	writer,
	tell,
	grouper,
}: StageTask): Promise<Omit<PlanStage, "asked" | "firstStep">> {
	const random = createRandom(seed, number);
	const { buckets, order, offSchedule } = planStage(context, asked, random);
	const files = new OpenFiles();
	const stores = new StoreReaders(files);
	const finders =
		grouper === null
			? []
			: buckets.map((bucket) =>
					openFinder(bucket, datasets, seed, files, stores),
				);
	const offsets = buckets.map(() => 0);
	try {
		for (let stageStep = 0; stageStep < order.length; stageStep++) {
			const bucket = order[stageStep];
			const { length, batchRows: batchSize } = buckets[bucket];
			const offset = offsets[bucket];
			offsets[bucket] += batchSize;
			const step = {
				stage: number,
				stageStep,
				bucket,
				length,
				batchSize,
				offset,
				part: 0,
				labels: 0,
			};
			const writing =
				grouper === null
					? writer.add(step)
					: writer.add({
							...step,
							groups: await grouper.add(
								finders[bucket],
								offset,
								batchSize,
								length,
							),
						});
			if (writing !== undefined) await writing;
			tell(() => {
				const done = stageStep + 1;
				const tokens = done * context.tokensPerStep;
				return progressOf("planning", "step", {
					done,
					total: order.length,
					tokens,
				});
			});
		}
	} finally {
		files.close();
	}
	const steps = order.length;
	const tokens = steps * context.tokensPerStep;
	return { steps, tokens, buckets, offSchedule, pools: null };
}
