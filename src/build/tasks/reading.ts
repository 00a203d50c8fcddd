import { documentTaker } from "../../documents/take-documents.js";
import { loadParser } from "../../documents/units/parser.js";
import { areGivenWeights } from "../../masks/loss-weights.js";
import { type ReadOptions, readSpans } from "../../sources/read-records.js";
import { inputFile, type Plan } from "../plan.js";
import type { ReadTask } from "../tasks-of-plan.js";
import type { TaskContext } from "./task.js";

/** What reading needs of a build. */
export interface ReadingContext
	extends Pick<TaskContext, "storageOf" | "tokenizer"> {
	plan: Pick<Plan, "inputs" | "settings" | "onError" | "chat"> & {
		tokenizer: Pick<Plan["tokenizer"], "vocabSize">;
	};
}

/** The documents of a task's spans. */
export async function* readingOf(
	{
		plan: { inputs, settings, onError, chat, tokenizer },
		storageOf,
		tokenizer: open,
	}: ReadingContext,
	{ spans, source }: Pick<ReadTask, "spans" | "source">,
	{
		hashes,
		onBadRecord,
		hasEnough,
	}: { hashes: boolean } & Pick<ReadOptions, "onBadRecord" | "hasEnough">,
) {
	const { segment } = settings.sources[source];
	const parser = segment?.syntax === undefined ? undefined : await loadParser();
	return yield* readSpans(
		spans.map(({ input, ...span }) => ({
			storage: storageOf(inputs[input]),
			file: inputFile(inputs[input], settings),
			span,
		})),
		{
			taker: documentTaker(settings.sources[source], {
				hashes,
				chat,
				vocabSize: tokenizer.vocabSize,
				areWeights: areGivenWeights(settings.lossWeight),
				strata: settings.strata,
				tokenizer: open,
				...(parser && { parser }),
			}),
			hasEnough,
			onBadRecord: onError === "skip" ? onBadRecord : null,
		},
	);
}
