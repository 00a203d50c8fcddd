import { optionName, UsageError } from "../core/errors.js";
import { resolveOptions } from "../core/resolve-options.js";
import { batchKinds } from "../curriculum/batch-kinds.js";
import type { ColumnOptions } from "../masks/column-options.js";
import { type ColumnName, rowColumn } from "../masks/columns.js";
import { columnOptions } from "../masks/resolve-columns.js";
import {
	type SequenceShares,
	type Sharing,
	sequenceMultiple,
	sequenceShares,
	shareOfRow,
} from "../masks/sequence-parallel.js";
import { type BatchOptions, batchesTable } from "../options/batches.js";
import type { CurriculumPlan } from "../plan/curriculum-plan.js";
import {
	checkGroupOptions,
	cutsRows,
	SHARES_OF_GROUPS,
} from "./group-settings.js";

/** What a rank is given of each step, and how. */
export interface BatchSettings {
	rank: number;
	worldSize: number;
	/** Names from `batchColumns`. */
	columns: readonly string[];
	/** What they are told. */
	columnOptions: ColumnOptions;
	/** Share rows out by cost, not in their order. */
	balanceRanks: boolean;
	/** Deal rows out in the order of their cost. */
	sortRows: boolean;
	/** Ranks that share each row. */
	sequenceParallel: number;
	sequenceShares: SequenceShares;
	/** What sequences are padded to a multiple of, where they are cut; left out: the least that can be. */
	sequenceMultiple?: number | undefined;
	/** Steps to give: from one, to before another. */
	from: number;
	end: number;
	/** Steps that are read before they are asked for. */
	readAhead: number;
}

/** What a trainer needs beside rows that are cut: without it a share does not say where it is from. */
const COLUMNS_OF_SHARES: readonly ColumnName[] = [
	"position_ids",
	"shift_labels",
];
/** And where sequences are cut, as kernels need it that find each in all shares. */
const BORDERS_OF_SHARES: readonly ColumnName[] = [
	"cu_seqlens",
	"cu_seqlens_padded",
];

const OF_SEQUENCES = sequenceShares.where((shares) => shares.cutsSequences);
const OF_ROWS = sequenceShares.where((shares) => !shares.cutsSequences);

/** How ranks share rows. */
export function sharingOf({
	sequenceShares: shares,
	sequenceParallel: parts,
	sequenceMultiple: multiple,
}: Pick<
	BatchSettings,
	"sequenceShares" | "sequenceParallel" | "sequenceMultiple"
>): Sharing {
	return { shares, parts, multiple };
}

/**
 * The settings that the options come to for a plan.
 * @throws UsageError that says the numbers and a way out
 */
export function resolveBatches(
	plan: CurriculumPlan,
	given: BatchOptions,
): BatchSettings {
	const options = resolveOptions(batchesTable, given);
	const { groups } = plan;
	if (groups !== undefined) checkGroupOptions(groups, given);
	const { sequenceParallel, rank } = options;
	const worldSize = groups?.ranks ?? options.worldSize;
	if (rank >= worldSize)
		throw new UsageError(
			"bad-option",
			`there is no rank ${rank} (${optionName("rank")}) among ${worldSize} ranks (${optionName("worldSize")}): give one from 0 to ${worldSize - 1}.`,
		);
	const isCut =
		sequenceParallel > 1 || (groups !== undefined && cutsRows(groups));
	if (options.sequenceShares !== undefined && !isCut)
		throw new UsageError(
			"ignored-option",
			`${optionName("sequenceShares")} says how ${optionName("sequenceParallel")} cuts rows: give that too.`,
		);
	const shares =
		options.sequenceShares ??
		(groups === undefined ? "contiguous" : SHARES_OF_GROUPS);
	const dealing = (["balanceRanks", "sortRows"] as const).find(
		(option) => options[option],
	);
	if (dealing !== undefined && plan.lanes !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName(dealing, true)} gives a row to another rank in each step, and the plan has lanes that read documents in order: leave it out.`,
		);
	const sharing = sharingOf({ ...options, sequenceShares: shares });
	const cutsSequences = isCut && sequenceShares.find(shares).cutsSequences;
	if (options.sequenceMultiple !== undefined && !cutsSequences)
		throw new UsageError(
			"ignored-option",
			`${optionName("sequenceMultiple")} is what sequences are padded to a multiple of where ranks share each: give ${optionName("sequenceShares", OF_SEQUENCES[0])} too, or leave it out.`,
		);
	if (cutsSequences && plan.lanes !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("sequenceShares", shares)} pads and cuts each sequence, and the plan's ${plan.lanes.count} lanes read documents in chunks of ${plan.lanes.chunk} tokens, which have one length: give one that cuts rows, ${OF_ROWS.join(" or ")}.`,
		);
	const isOfWholeRows = (name: string) => {
		const { entries, ofWholeRows } = rowColumn(name);
		if (ofWholeRows) return true;
		// Borders and what is known of sequences hold where all shares have a part of each.
		return cutsSequences ? entries === "chunk" : entries !== "token";
	};
	const unshared = options.columns.find(
		(name) => !cutsSequences && rowColumn(name).needs === "sequenceMultiple",
	);
	if (unshared !== undefined)
		throw new UsageError(
			"bad-option",
			`${unshared} are of sequences that are padded and cut among ranks: give ${groups === undefined ? `${optionName("sequenceParallel")} and ` : ""}${optionName("sequenceShares", OF_SEQUENCES[0])}, or leave the column out.`,
		);
	const whole = options.columns.find(isOfWholeRows);
	const cutter =
		groups === undefined
			? `${optionName("sequenceParallel")} cuts them: leave one of the two out.`
			: "ranks of the plan share them: leave the column out.";
	if (isCut && whole !== undefined)
		throw new UsageError(
			"bad-option",
			`${whole} are of whole rows, and ${cutter}`,
		);
	if (isCut && options.columns.includes("loss_weight"))
		throw new UsageError(
			"bad-option",
			groups === undefined
				? `loss_weight lies as unshifted labels do, and ${optionName("sequenceParallel")} gives shifted ones: leave one of the two out.`
				: "loss_weight lies as unshifted labels do, and ranks that share rows are given shifted ones: leave the column out.",
		);
	if (options.sortRows && options.balanceRanks)
		throw new UsageError(
			"bad-option",
			`${optionName("sortRows")} and ${optionName("balanceRanks")} share rows out in two ways: leave one of them out.`,
		);
	const hasAnswers =
		batchKinds.find(plan.batches).isPadded && plan.lanes === undefined;
	if (options.padLoss && (isCut || !hasAnswers))
		throw new UsageError(
			"ignored-option",
			`${optionName("padLoss")} is for rows that are padded and not cut among ranks: leave it out, or ${isCut ? optionName("sequenceParallel") : `plan other ${optionName("batches")} than ${plan.batches}`}.`,
		);
	const ofWholeRows = options.columns.find(
		(name) => rowColumn(name).ofWholeRows,
	);
	if (options.padLoss && ofWholeRows !== undefined)
		throw new UsageError(
			"bad-option",
			`${ofWholeRows} has padding apart from the last sequence, and ${optionName("padLoss")} makes it a part of that: leave one of the two out.`,
		);
	if (plan.lanes !== undefined && ofWholeRows !== undefined)
		throw new UsageError(
			"bad-option",
			`${ofWholeRows} is of one row, and documents go on in the row of the next step: take shift_labels.`,
		);
	const ofKind = batchKinds.find(plan.batches).columns;
	const needed = isCut
		? [
				...ofKind.filter((name) => !isOfWholeRows(name)),
				...COLUMNS_OF_SHARES,
				...(cutsSequences ? BORDERS_OF_SHARES : []),
			]
		: ofKind;
	const from = firstStep(options, plan);
	const { steps } = plan.totals;
	const settings = {
		...options,
		worldSize,
		sequenceShares: shares,
		columns: [...new Set([...needed, ...options.columns])],
		columnOptions: {
			...columnOptions(options.columns, options),
			...(options.padLoss && { trainedPadding: plan.padId }),
			...(cutsSequences && { sequenceMultiple: sequenceMultiple(sharing) }),
		},
		from,
		end: Math.min(steps, from + (options.steps ?? steps)),
	};
	checkShares(plan, settings);
	return settings;
}

/** @throws UsageError where ranks do not divide the rows of a step, or rows cannot be cut. */
function checkShares(
	plan: CurriculumPlan,
	{
		worldSize,
		sequenceParallel,
		sequenceShares: shares,
		from,
		end,
	}: BatchSettings,
): void {
	const { items, isPadded } = batchKinds.find(plan.batches);
	const isCutByRow = !sequenceShares.find(shares).cutsSequences;
	const requireCut = (parts: number) => {
		if (parts === 1 || !isPadded || !isCutByRow) return;
		for (const { buckets } of plan.stages)
			for (const { length } of buckets) shareOfRow(length, parts, 0, shares);
	};
	if (plan.groups !== undefined) {
		plan.groups.degrees.forEach(requireCut);
		return;
	}
	if (worldSize % sequenceParallel !== 0)
		throw new UsageError(
			"bad-option",
			`${sequenceParallel} ranks that share a row (${optionName("sequenceParallel")}) do not divide the ${worldSize} ranks (${optionName("worldSize")}).`,
		);
	const groups = worldSize / sequenceParallel;
	const refuse = (rows: number, what: string) =>
		new UsageError(
			"bad-option",
			`${groups} ranks${sequenceParallel > 1 ? `, of ${sequenceParallel} each,` : ""} do not divide the ${rows} ${what}: use as many ranks as divide them, or plan again with ${optionName("worldSize", groups)}.`,
		);
	const stages = plan.stages.filter(
		({ firstStep, steps }) => firstStep < end && firstStep + steps > from,
	);
	if (items === "sequences") {
		for (const { worldSize: multiple = plan.worldSize } of stages)
			if (multiple % groups !== 0)
				throw refuse(multiple, "sequences that batches are multiples of");
		return;
	}
	for (const { buckets } of stages)
		for (const { length, batchRows } of buckets)
			if (batchRows % groups !== 0)
				throw refuse(
					batchRows,
					plan.lanes === undefined
						? `sequences of ${length} tokens in a step`
						: "lanes of a step",
				);
	requireCut(sequenceParallel);
}

function firstStep(
	{ fromStep, state }: Pick<BatchOptions, "fromStep" | "state">,
	{ planHash, totals, parents = [] }: CurriculumPlan,
): number {
	if (state !== undefined && fromStep !== undefined)
		throw new UsageError(
			"ignored-option",
			`${optionName("state")} says the step: leave out ${optionName("fromStep")}, or the state.`,
		);
	const parent = parents.find((each) => each.planHash === state?.plan);
	if (parent !== undefined && state !== undefined && state.step > parent.step)
		throw new UsageError(
			"other-plan",
			`the state is at step ${state.step} of the plan ${state.plan.slice(0, 12)}, from which this one goes on at step ${parent.step}: take an earlier state, or begin with ${optionName("fromStep")}.`,
		);
	if (state !== undefined && state.plan !== planHash && parent === undefined)
		throw new UsageError(
			"other-plan",
			`the state is of the plan ${state.plan.slice(0, 12)}, and this plan is ${planHash.slice(0, 12)}: name the plan that it is of, or begin with ${optionName("fromStep")}.`,
		);
	const step = state?.step ?? fromStep ?? 0;
	// A run that is at its end may look again: there is nothing left for it.
	if (step < 0 || step > totals.steps)
		throw new UsageError(
			"bad-option",
			`there is no step ${step}: the plan has ${totals.steps}, from 0 to ${totals.steps - 1}, and ${totals.steps} is its end. Plan more ${optionName("tokens")} or ${optionName("epochs")} to go on.`,
		);
	return step;
}
