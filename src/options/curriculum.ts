import {
	entryOf,
	flag,
	type Given,
	grouped,
	integer,
	json,
	required,
	text,
	texts,
} from "../core/option.js";
import { progressOptions } from "../core/progress.js";
import { batchKinds } from "../curriculum/batch-kinds.js";
import { type StageOptions, stageTable } from "../curriculum/stage-options.js";
import { stepOrderOptions, stepOrders } from "../curriculum/step-orders.js";
import { extendTable } from "./extend-plan.js";
import { parallelTable } from "./parallel.js";

/** The options of the plan of a curriculum that are not of its stages. */
const planTable = {
	datasets: texts({
		help: "directories of datasets with Arrow shards; of stores, for documents in order",
		placeholder: "dataset",
		defaultText: "those of an extended plan; else required",
	}),
	out: required(text({ help: "the directory to write", placeholder: "plan" })),
	tokensPerStep: integer({
		help: "tokens of a step over all ranks",
		defaultText: "those of an extended plan; else required",
		least: 1,
		most: 2 ** 40,
	}),
	...grouped("Steps", {
		order: entryOf(stepOrders, {
			help: "what decides which data a step has",
			default: "schedule",
		}),
		...stepOrderOptions,
		worldSize: integer({
			help: "ranks that share a step",
			default: 1,
			least: 1,
			most: 2 ** 20,
		}),
		epochs: integer({
			help: "how many times the data is used",
			default: 1,
			least: 1,
			most: 2 ** 20,
		}),
		batches: entryOf(batchKinds, {
			help: "how rows become batches",
			defaultText: "depends on the data",
		}),
		padId: integer({
			help: "token to pad with",
			defaultText: "EOS, or 0",
			most: 2 ** 31 - 1,
		}),
		seed: integer({ help: "seed of the order", default: 0 }),
	}),
	...parallelTable,
	...grouped("Data", {
		stages: json<readonly StageOptions[]>(
			{
				placeholder: "file",
				expected:
					'a list of stages, such as [{"schedule":"grow-p2","maxLength":8192},{}]',
				written: "file",
				fault: stagesFault,
			},
			{
				help: "stages, one after the other: a JSON list of what differs in each",
				defaultText: "one",
			},
		),
	}),
	...grouped("Plans that change", extendTable),
	...grouped("Writing", {
		overwrite: flag({ help: "replace another plan", default: false }),
	}),
	...grouped("Running", progressOptions),
};

/** The options of `planCurriculum` and of the command; those of a stage are for all stages. */
export const curriculumTable = { ...planTable, ...stageTable };

export type CurriculumOptions = Given<typeof curriculumTable>;

/** What is wrong with the list as such; its stages are checked one by one. */
function stagesFault(stages: unknown): string | null {
	if (!Array.isArray(stages))
		return " is no list: give a list of stages, each an object";
	if (stages.length === 0) return " is an empty list: give a stage at least";
	const other = stages.findIndex(
		(stage) =>
			typeof stage !== "object" || stage === null || Array.isArray(stage),
	);
	return other === -1
		? null
		: ` has an entry that is no object, number ${other + 1}: give an object for each stage`;
}
