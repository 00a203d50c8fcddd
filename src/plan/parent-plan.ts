import { DataError, optionName, UsageError } from "../core/errors.js";
import { checkOption } from "../core/resolve-options.js";
import { withoutSlashes } from "../core/text.js";
import { batchKinds } from "../curriculum/batch-kinds.js";
import { type StageOptions, stageTable } from "../curriculum/stage-options.js";
import { stepOrders } from "../curriculum/step-orders.js";
import type { CurriculumOptions } from "../options/curriculum.js";
import { extendTable, type StepRange } from "../options/extend-plan.js";
import { parallelTable } from "../options/parallel.js";
import { pathFrom } from "../storage/paths.js";
import { readIfThere } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	type CurriculumPlan,
	isAsPlanned,
	openPlan,
	PLAN_FILE,
} from "./curriculum-plan.js";
import type { DatasetBuckets } from "./dataset-buckets.js";

/** A plan that another one goes on from, and what is to become of its steps. */
export interface ParentPlan {
	directory: string;
	plan: CurriculumPlan;
	/** The first step that is another. */
	from: number;
	/** Steps that are left out, ascending. */
	skip: readonly StepRange[];
	/** Whether new stages come after the steps that are kept, in place of the rest. */
	hasStages: boolean;
	/** Whether the rest is cut anew. */
	isRegrouped: boolean;
	/** Of the steps that are another. */
	tokensPerStep: number;
	worldSize: number;
	/** What is asked for, with what the plan says where nothing is. */
	options: CurriculumOptions;
	/** The error for steps of which the first new one would be in the middle of what belongs together. */
	refusedStep(before: number, after: number): UsageError;
}

/**
 * Opens the plan that another one goes on from.
 * @throws UsageError, DataError that say the numbers and a way out
 */
export async function openParent(
	given: CurriculumOptions,
): Promise<ParentPlan | null> {
	// That is no object is said where options are resolved.
	if (typeof given !== "object" || given === null) return null;
	const { extend, fromStep, skip = [], datasets = [] } = given;
	for (const name of ["extend", "fromStep", "skip"] as const)
		if (given[name] !== undefined)
			checkOption(name, extendTable[name], given[name]);
	if (extend === undefined) {
		for (const name of ["fromStep", "skip"] as const)
			if (given[name] !== undefined)
				throw new UsageError(
					"ignored-option",
					`${optionName(name)} would change nothing: it is of a plan that is extended (${optionName("extend")}), and none is. Leave it out.`,
				);
		return null;
	}
	const directory = withoutSlashes(extend);
	const plan = await openPlan(directory);
	await requireOther(directory, given.out);
	requireSameKind(directory, plan, given);
	const { steps } = plan.totals;
	const from = fromStep ?? steps;
	if (from > steps)
		throw new UsageError(
			"bad-option",
			`${optionName("fromStep")} is ${from}, and ${directory} has ${steps} steps: give one from 1 to ${steps}, which is its end.`,
		);
	const current = settingsBefore(plan, from);
	const tokensPerStep = given.tokensPerStep ?? current.tokensPerStep;
	const worldSize = given.worldSize ?? current.worldSize;
	const hasStages = asksForStages(plan, given);
	const isOther =
		tokensPerStep !== current.tokensPerStep || worldSize !== current.worldSize;
	const isRegrouped = !hasStages && isOther;
	const ranges = [...skip].sort(([a], [b]) => a - b);
	const parent: ParentPlan = {
		...{ directory, plan, from, skip: ranges, hasStages, isRegrouped },
		...{ tokensPerStep, worldSize },
		options: {
			...given,
			datasets: [
				...plan.datasets.map(({ path }) => pathFrom(directory, path)),
				...datasets,
			],
			...withAllWeights(plan.datasets.length, datasets.length, given),
			...{ tokensPerStep, worldSize },
			...{ seed: plan.seed, padId: plan.padId, batches: plan.batches },
			epochs: given.epochs ?? plan.epochs,
		},
		refusedStep: (before, after) =>
			new UsageError(
				"bad-option",
				`at step ${from} (${optionName("fromStep")}) ${directory} is in the middle of rows whose sequences are shared out together: begin with ${before === 0 ? "" : `step ${before} or `}step ${after}.`,
			),
	};
	checkChange(parent, fromStep);
	return parent;
}

/** Weights that are given for the new datasets alone, as such of all: the others have 0. */
function withAllWeights(
	before: number,
	added: number,
	{ weights, weightsAt, stages }: CurriculumOptions,
): Partial<CurriculumOptions> {
	const ofAll = (weights: readonly number[]) =>
		Array.isArray(weights) && weights.length === added
			? [...Array<number>(before).fill(0), ...weights]
			: weights;
	const filled = (stage: StageOptions): StageOptions => ({
		...(stage.weights && { weights: ofAll(stage.weights) }),
		...(Array.isArray(stage.weightsAt) && {
			weightsAt: stage.weightsAt.map((point) =>
				Array.isArray(point) ? [point[0], ofAll(point[1])] : point,
			),
		}),
	});
	return {
		...filled({ weights, weightsAt }),
		...(Array.isArray(stages) && {
			stages: stages.map((stage) =>
				typeof stage === "object" ? { ...stage, ...filled(stage) } : stage,
			),
		}),
	};
}

/** @throws DataError where datasets are others than the plan was made of */
export function requireAsPlanned(
	{ directory, plan }: Pick<ParentPlan, "directory" | "plan">,
	datasets: readonly DatasetBuckets[],
): void {
	plan.datasets.forEach((known, i) => {
		const found = datasets[i];
		if (!isAsPlanned(found, known))
			throw new DataError(
				"dataset-changed",
				`${found.directory} is not the dataset that ${directory} was made of: the SHA-256 of its seqpack.json is ${found.hash.slice(0, 12)}, and was ${known.manifest.slice(0, 12)}. Which rows were used is known of that one alone: put it back, or leave out ${optionName("extend")} to plan anew.`,
			);
	});
}

/** @throws UsageError where strata are to be weighed that the plan does not keep apart: its datasets keep their numbers. */
export function requireParted(
	{ directory, plan }: Pick<ParentPlan, "directory" | "plan">,
	datasets: readonly DatasetBuckets[],
): void {
	const whole = datasets
		.slice(0, plan.datasets.length)
		.find(({ stratum }) => stratum === undefined);
	if (whole !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("strataWeights")} weighs strata, and ${directory} takes ${whole.directory} as a whole: leave it out, or leave out ${optionName("extend")} to plan anew.`,
		);
}

/** @throws UsageError where the new plan would take the place of the one that it goes on from */
async function requireOther(directory: string, out: string): Promise<void> {
	const contentOf = (place: string) =>
		readIfThere(storageAt(place), `${withoutSlashes(place)}/${PLAN_FILE}`);
	const [parent, there] = [await contentOf(directory), await contentOf(out)];
	if (parent !== null && there !== null && parent.equals(there))
		throw new UsageError(
			"bad-option",
			`${out} is the plan that is extended: name another directory for the new one (${optionName("out")}).`,
		);
}

/** @throws UsageError where something is asked for that all steps of a plan have in common, and is another than the plan's */
function requireSameKind(
	directory: string,
	plan: CurriculumPlan,
	given: CurriculumOptions,
): void {
	const ofGroups = Object.keys(parallelTable).find(
		(name) => given[name as keyof typeof parallelTable] !== undefined,
	);
	if (plan.groups !== undefined || ofGroups !== undefined)
		throw new UsageError(
			"bad-option",
			`${plan.groups === undefined ? `${optionName(ofGroups ?? "")} shares steps` : `${directory} has steps that are shared`} out among groups of ranks, which plans that go on from others do not have: plan what follows by itself, or leave out ${optionName("extend")}.`,
		);
	if (plan.lanes !== undefined)
		throw new UsageError(
			"bad-option",
			`${directory} is of documents in order, which lanes read chunk by chunk: a step that is left out would be missing in the middle of them, and so would be what new stages come in place of. Plan the documents that follow by themselves, or begin at another step with seqpack batches (${optionName("fromStep")}).`,
		);
	const { items } = batchKinds.find(plan.batches);
	const [order] = stepOrders.where((each) => each.items.includes(items));
	const same = {
		seed: plan.seed,
		padId: plan.padId,
		batches: plan.batches,
		order,
	};
	for (const [name, value] of Object.entries(same)) {
		const asked = given[name as keyof typeof same];
		if (asked !== undefined && asked !== value)
			throw new UsageError(
				"bad-option",
				`${optionName(name)} is ${asked}, and that of ${directory} is ${value}: all steps of a plan have the same. Leave it out, or leave out ${optionName("extend")} to make a plan by itself.`,
			);
	}
}

/** What the last stage that is kept says of its steps. */
function settingsBefore(
	plan: CurriculumPlan,
	from: number,
): { tokensPerStep: number; worldSize: number } {
	const stage = plan.stages.findLast(
		({ firstStep, steps }) => steps > 0 && firstStep < from,
	);
	const { tokensPerStep = plan.tokensPerStep, worldSize = plan.worldSize } =
		stage ?? {};
	return { tokensPerStep, worldSize };
}

function asksForStages(
	plan: CurriculumPlan,
	given: CurriculumOptions,
): boolean {
	const { datasets = [], epochs = plan.epochs, stages } = given;
	return (
		stages !== undefined ||
		datasets.length > 0 ||
		epochs !== plan.epochs ||
		Object.keys(stageTable).some((name) => {
			const value = given[name as keyof typeof stageTable];
			return value !== undefined && value !== false;
		})
	);
}

/** @throws UsageError where nothing is to change, or what is asked for cannot be */
function checkChange(
	{ directory, plan, from, skip, hasStages, isRegrouped }: ParentPlan,
	fromStep: number | undefined,
): void {
	const { steps } = plan.totals;
	const beyond = skip.find(([, end]) => end > steps);
	if (beyond !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("skip")} has the range ${beyond.join(":")}, and ${directory} has ${steps} steps: give ranges that end at ${steps} or before.`,
		);
	const replaced = skip.find(([, end]) => end > from);
	if (hasStages && replaced !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("skip")} has the range ${replaced.join(":")}, and new stages take the place of all steps from ${from} on (${optionName("fromStep")}): give ranges before it.`,
		);
	if (skip.reduce((sum, [a, b]) => sum + b - a, 0) === steps)
		throw new UsageError(
			"bad-option",
			`${optionName("skip")} leaves out every step of ${directory}, from 0 to ${steps - 1}: leave out fewer.`,
		);
	if (isRegrouped && from === steps)
		throw new UsageError(
			"bad-option",
			`of ${directory} no step is left that could have other ${optionName("tokensPerStep")} or another ${optionName("worldSize")}: ${steps === 1 ? "" : `say from which step on (${optionName("fromStep")}), from 1 to ${steps - 1}; or `}say what is to come after its ${steps} ${steps === 1 ? "step" : "steps"}, such as ${optionName("tokens")}.`,
		);
	if (isRegrouped && batchKinds.find(plan.batches).items === "sequences")
		throw new UsageError(
			"bad-option",
			`${directory} has ${plan.batches} batches, whose sequences were shared out by the tokens and ranks of a step: these cannot be cut anew. Say what is to come from step ${from} on instead, such as ${optionName("epochs", plan.epochs)} and ${optionName("tokens")}.`,
		);
	if (hasStages || isRegrouped) return;
	if (skip.length === 0)
		throw new UsageError(
			"bad-option",
			`nothing in ${directory} is to change: say what comes after it, by the options of a stage such as ${optionName("tokens")} or by more datasets; which steps are left out (${optionName("skip")}); or other ${optionName("tokensPerStep")} or another ${optionName("worldSize")} from a step on.`,
		);
	if (fromStep !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName("fromStep")} would change nothing: all steps but those that are left out stay as they are. Leave it out.`,
		);
}
