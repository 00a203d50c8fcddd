import { optionName, UsageError } from "../core/errors.js";
import type { BatchState } from "../options/batches.js";
import type { PlanLanes } from "../plan/lanes-file.js";
import { whenRead } from "../storage/when-read.js";
import type { BatchSettings } from "./batch-settings.js";
import { LanesReader } from "./lanes-reader.js";

/** Ranks as they share lanes: `worldSize / sequenceParallel` groups, one after the other. */
type Ranks = Pick<BatchSettings, "worldSize" | "sequenceParallel">;

/** The state before a step, with the ranks that have what models remember of documents. */
export function stateOfLanes(
	plan: string,
	step: number,
	{ worldSize, sequenceParallel }: Ranks,
): BatchState {
	return sequenceParallel === 1
		? { plan, step, worldSize }
		: { plan, step, worldSize, sequenceParallel };
}

/**
 * Checks that a run can go on with other ranks than it had: each lane that is in the middle of
 * its document must be read by the ranks that have read it so far.
 * @throws UsageError `other-ranks`
 */
export async function requireSameStates(
	directory: string,
	lanes: PlanLanes,
	{ step, worldSize, sequenceParallel = 1 }: BatchState,
	now: Ranks,
): Promise<void> {
	if (worldSize === undefined) return;
	const before = { worldSize, sequenceParallel };
	const isSame =
		worldSize === now.worldSize && sequenceParallel === now.sequenceParallel;
	if (isSame) return;
	const reader = await whenRead(() => new LanesReader(directory, lanes));
	try {
		const documents = await whenRead(() => reader.at(step, 0, lanes.count));
		const isParted = (lane: number) =>
			sequenceParallel !== now.sequenceParallel ||
			firstRank(lane, lanes, before) !== firstRank(lane, lanes, now);
		const parted = documents.find(
			(document) =>
				document !== null &&
				document.firstStep < step &&
				isParted(document.lane),
		);
		if (!parted) return;
		const { lane, firstStep } = parted;
		throw new UsageError(
			"other-ranks",
			`the state is of ${ranksText(before)}, and there are ${ranksText(now)}: at step ${step} lane ${lane} goes on with chunk ${step - firstStep} of its document, whose beginning rank ${firstRank(lane, lanes, before)} has read and rank ${firstRank(lane, lanes, now)} would go on with. Give as many ranks as before (${optionName("worldSize")}), or, where what the model remembers is kept by lane, ${optionName("fromStep", step)} in place of ${optionName("state")}.`,
		);
	} finally {
		reader.close();
	}
}

/** The first of the ranks that read a lane. */
function firstRank(
	lane: number,
	{ count }: PlanLanes,
	{ worldSize, sequenceParallel }: Ranks,
): number {
	const groups = worldSize / sequenceParallel;
	return Math.floor((lane * groups) / count) * sequenceParallel;
}

function ranksText({ worldSize, sequenceParallel }: Ranks): string {
	return sequenceParallel === 1
		? `${worldSize} ranks`
		: `${worldSize} ranks, of which ${sequenceParallel} share each row`;
}
