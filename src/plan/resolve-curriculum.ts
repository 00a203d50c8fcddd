import { optionName, SeqpackError, UsageError } from "../core/errors.js";
import type { OptionTable, OptionValues, Resolved } from "../core/option.js";
import {
	defaultOf,
	missingOption,
	resolveOptions,
	whyIgnored,
} from "../core/resolve-options.js";
import { type BatchKindName, batchKinds } from "../curriculum/batch-kinds.js";
import {
	orderTable,
	type Stage,
	type StageOptions,
	stageTable,
} from "../curriculum/stage-options.js";
import { stepOrders } from "../curriculum/step-orders.js";
import {
	type CurriculumOptions,
	curriculumTable,
} from "../options/curriculum.js";

/** A stage's options are checked stage by stage: what one has no use for another may have. */
const listTable = {
	...curriculumTable,
	...(Object.fromEntries(
		Object.entries(stageTable).map(([name, { type, help }]) => [
			name,
			{ type, help, required: false, known: false },
		]),
	) as unknown as typeof stageTable),
};

/**
 * Checks the options of a curriculum before anything is read, and finds the rest. A
 * stage has what it says, and else what the options say for all.
 * @throws UsageError as `resolveOptions`; `ignored-option` also for what one of the
 * stages says and has no use for, or what is said for all and none has a use for
 */
export function resolveCurriculum(given: CurriculumOptions) {
	const options = resolveOptions(listTable, given);
	const { datasets, tokensPerStep } = options;
	if (datasets === undefined)
		throw missingOption("datasets", listTable.datasets);
	checkDatasets(datasets);
	if (tokensPerStep === undefined)
		throw missingOption("tokensPerStep", listTable.tokensPerStep);
	const forAll = pickStage(options);
	const { stages: list, batches } = options;
	checkOrder(options, forAll);
	const used = new Set<string>();
	const stages =
		list === undefined
			? [resolveStage({}, forAll, batches, used)]
			: list.map((own, i) =>
					sayingStage(i + 1, () => resolveStage(own, forAll, batches, used)),
				);
	for (const [name, value] of Object.entries(forAll))
		if (value !== false && !used.has(name)) {
			const values = seenBy(list?.[0] ?? {}, forAll);
			throw ignored(name, whyUnused(name, values, batches));
		}
	checkShares(stages);
	return { ...options, datasets, tokensPerStep, stages };
}

/** @throws UsageError where strata of datasets are weighed in one stage, and in another datasets along lines */
function checkShares(stages: readonly Stage[]): void {
	const has = (name: "strataWeights" | "weightsAt") =>
		stages.some((stage) => stage[name] !== undefined);
	if (has("strataWeights") && has("weightsAt"))
		throw new UsageError(
			"bad-option",
			`one stage has ${optionName("strataWeights")} and another ${optionName("weightsAt")}: name each stratum as a dataset of its own, such as data#stratum:short, and give ${optionName("weights")} in place of the first.`,
		);
}

/** @param used Is added to: names of options for all stages that this one has a use for. */
function resolveStage(
	own: StageOptions,
	forAll: StageOptions,
	batches: BatchKindName | undefined,
	used: Set<string>,
): Stage {
	const values = seenBy(own, forAll);
	const given: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(forAll)) {
		if (whyUnused(name, values, batches) !== null) continue;
		given[name] = value;
		used.add(name);
	}
	const stage = resolveOptions(stageTable, { ...given, ...own });
	for (const [name, value] of Object.entries(own)) {
		const why = whyUnused(name, values, batches);
		if (why !== null && value !== undefined && value !== false)
			throw ignored(name, why);
	}
	return pickStage(stage) as Stage;
}

/** What a stage says, and else what is said for all, and else the defaults. */
function seenBy(own: StageOptions, forAll: StageOptions): OptionValues {
	const values: Record<string, unknown> = { ...forAll };
	// Both say the shares: a stage's own are meant.
	if ((own.weights ?? own.strataWeights) !== undefined) delete values.weightsAt;
	for (const [name, value] of Object.entries(own))
		if (value !== undefined) values[name] = value;
	for (const [name, option] of Object.entries<OptionTable[string]>(stageTable))
		if (option.of === undefined)
			values[name] ??= defaultOf(option, values, values);
	return values;
}

/** Why an option would change nothing in a stage; null where it would. */
function whyUnused(
	name: string,
	values: OptionValues,
	batches: BatchKindName | undefined,
): string | null {
	if (batches !== undefined && batchKinds.find(batches).items === "sequences") {
		if (Object.hasOwn(orderTable, name))
			return `${optionName("batches")} is ${batches}, and those come in random order`;
		if (name === "weightsAt")
			return `${optionName("batches")} is ${batches}, and at which step a row comes is known only once its sequences are shared out`;
	}
	if (
		name === "match" &&
		values.weights === undefined &&
		values.strataWeights === undefined &&
		values.weightsAt === undefined &&
		values.tokens === undefined
	)
		return `it is for ${optionName("weights")}, ${optionName("strataWeights")}, ${optionName("weightsAt")} or ${optionName("tokens")}, and none is given`;
	const saysShares = name === "weights" || name === "strataWeights";
	if (saysShares && values.weightsAt !== undefined)
		return `${optionName("weightsAt")} says the shares`;
	if (name === "weightsAt" && values.weightsAt === undefined)
		return `${optionName(values.weights === undefined ? "strataWeights" : "weights")} says the shares`;
	if (name === "weightsBy" && values.weightsAt === undefined)
		return `it is for ${optionName("weightsAt")}, which is not given`;
	const option = (stageTable as OptionTable)[name];
	return option === undefined ? null : whyIgnored(option, values);
}

function ignored(name: string, why: string | null): UsageError {
	return new UsageError(
		"ignored-option",
		`${optionName(name)} would change nothing: ${why}. Leave it out.`,
	);
}

/** The options of a stage among others, without those that have no value. */
function pickStage(values: OptionValues): StageOptions {
	return Object.fromEntries(
		Object.keys(stageTable)
			.filter((name) => values[name] !== undefined)
			.map((name) => [name, values[name]]),
	);
}

/** What is wrong in a list of stages names the stage, and its options as the list does. */
function sayingStage<T>(number: number, action: () => T): T {
	try {
		return action();
	} catch (error) {
		if (!(error instanceof SeqpackError)) throw error;
		const sentence = error.sentence((name) => JSON.stringify(name));
		throw new UsageError(error.code, `stage ${number}: ${sentence}`);
	}
}

/** @throws UsageError `ignored-option` for what is of stages, where the order of steps has none */
function checkOrder(
	{ order, stages }: Pick<Resolved<typeof listTable>, "order" | "stages">,
	forAll: StageOptions,
): void {
	if (stepOrders.find(order).hasStages) return;
	const given = Object.entries({ stages, ...forAll }).find(
		([, value]) => value !== undefined && value !== false,
	);
	if (given !== undefined)
		throw ignored(
			given[0],
			`${optionName("order")} is ${order}, which takes all documents of an epoch in an order of its own`,
		);
}

function checkDatasets(datasets: readonly string[]): void {
	if (datasets.length === 0)
		throw new UsageError(
			"bad-option",
			`${optionName("datasets")} is empty: name the directory of a dataset.`,
		);
	if (new Set(datasets).size < datasets.length)
		throw new UsageError(
			"bad-option",
			`a dataset is given twice: to use it more often, give it a larger share in ${optionName("weights")}, or more ${optionName("epochs")}.`,
		);
}
