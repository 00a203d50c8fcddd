import type { Settings } from "../dataset/settings.js";
import type { DocumentTest } from "./choose-documents.js";
import { keyRule } from "./key-rule.js";
import { readThresholds } from "./tasks/threshold.js";
import type { ReadTask } from "./tasks-of-plan.js";
import type { Workspace } from "./workspace.js";

/** What tells the documents that are taken of each stratum; null where all are. */
export async function perStratumTest(
	workspace: Workspace,
	settings: Settings,
	{ threshold, hashed = 0 }: ReadTask,
): Promise<DocumentTest | null> {
	const rule = keyRule(settings);
	if (settings.strata?.perStratum === undefined || rule === null) return null;
	// A sample of the input has no such task.
	if (threshold === undefined) return null;
	const thresholds = await readThresholds(workspace, threshold);
	const room = thresholds.map(({ room }) => room?.[hashed] ?? Infinity);
	return ({ hashes, measured }, document) => {
		const group = rule.groupOf({ ...(measured && { measured }) }, document);
		if (group === -1 || hashes === null) return false;
		const { key } = thresholds[group];
		if (key === null) return true;
		const own = rule.keyOf({ hashes }, document);
		return own < key || (own === key && room[group]-- > 0);
	};
}
