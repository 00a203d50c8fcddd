import { optionName, UsageError } from "../core/errors.js";
import type { ColumnOptions } from "../masks/column-options.js";
import {
	type SequenceShares,
	sequenceMultiple,
} from "../masks/sequence-parallel.js";
import type { BatchOptions } from "../options/batches.js";
import type { PlanGroups } from "../plan/groups-file.js";

/** Options that a plan with groups of ranks decides itself. */
const DECIDED = {
	balanceRanks: "says which rank has which rows",
	sortRows: "says which rank has which rows",
	sequenceParallel:
		"says how many ranks share rows, micro-batch by micro-batch",
} as const;

/** How ranks of a group share rows where nothing else is asked for: as the plan has counted their padding. */
export const SHARES_OF_GROUPS: SequenceShares = "document-zigzag";

/** Whether ranks share rows. */
export function cutsRows({ degrees }: PlanGroups): boolean {
	return degrees.some((degree) => degree > 1);
}

/**
 * Checks what is asked for of a plan with groups of ranks.
 * @throws UsageError that says a way out
 */
export function checkGroupOptions(
	groups: PlanGroups,
	given: BatchOptions,
): void {
	const { ranks, rule } = groups;
	const { worldSize = ranks } = given;
	if (worldSize !== ranks)
		throw new UsageError(
			"bad-option",
			`the plan shares each step out among ${ranks} ranks, and there are ${worldSize} (${optionName("worldSize")}): give ${ranks}, or plan again with ${optionName(rule === null ? "worldSize" : "devices", worldSize)}.`,
		);
	for (const name of Object.keys(DECIDED) as (keyof typeof DECIDED)[])
		if (given[name] && given[name] !== 1)
			throw new UsageError(
				"ignored-option",
				`${optionName(name)} would change nothing: the plan ${DECIDED[name]}. Leave it out.`,
			);
	if (given.padLoss)
		throw new UsageError(
			"bad-option",
			`${optionName("padLoss")} trains on padding, which the labels of the plan's micro-batches do not count: leave it out, or plan without groups of ranks.`,
		);
	if (!cutsRows(groups)) {
		if (given.sequenceShares === undefined) return;
		throw new UsageError(
			"ignored-option",
			`${optionName("sequenceShares")} would change nothing: no ranks of the plan share rows. Leave it out.`,
		);
	}
	if (given.sequenceMultiple !== undefined)
		throw new UsageError(
			"bad-option",
			`${optionName("sequenceMultiple")} pads sequences beyond what the plan has counted for each rank: leave it out.`,
		);
}

/** What of a rank's settings its group decides. */
interface SharedSettings {
	rank: number;
	worldSize: number;
	sequenceParallel: number;
	sequenceShares: SequenceShares;
	columnOptions: ColumnOptions;
}

/** Settings for the micro-batch of a group, as if it were all ranks there are. */
export function settingsInGroup<Settings extends SharedSettings>(
	settings: Settings,
	firstRank: number,
	degree: number,
): Settings {
	const { rank, sequenceShares: shares, columnOptions } = settings;
	// A rank that is by itself has its rows as they are.
	const multiple =
		degree === 1 ? 1 : sequenceMultiple({ shares, parts: degree });
	return {
		...settings,
		rank: rank - firstRank,
		worldSize: degree,
		sequenceParallel: degree,
		columnOptions:
			columnOptions.sequenceMultiple === undefined
				? columnOptions
				: { ...columnOptions, sequenceMultiple: multiple },
	};
}
