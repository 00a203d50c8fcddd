import { layouts } from "../dataset/layouts/layouts.js";
import { DocumentOutput } from "./document-output.js";
import { Output, type RowOutput } from "./output.js";
import type { Plan } from "./plan.js";
import type { Stopwatch } from "./stopwatch.js";
import type { Workspace } from "./workspace.js";

/**
 * What makes the rows of a task, as the layout has them.
 * @param leaves Whether the emptiest packs are left to a repack task.
 */
export function openOutput(
	workspace: Workspace,
	plan: Plan,
	task: number,
	{ watch, leaves }: { watch: Stopwatch; leaves: boolean },
): RowOutput {
	return layouts.find(plan.settings.layout).packs
		? new Output(workspace, plan, task, { watch, leaves })
		: new DocumentOutput(workspace, plan, task, watch);
}
