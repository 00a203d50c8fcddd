import type { Settings } from "../dataset/settings.js";
import { strataOf } from "../documents/strata/strata-settings.js";
import type { Documents } from "../sources/read-records.js";
import { stratumOf } from "../strata/stratify.js";
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

/** Counts the documents of each stratum. */
export class StrataCounts {
	readonly #strata;
	readonly #counts: number[];

	constructor({ strata }: Pick<Settings, "strata">) {
		this.#strata = strataOf(strata);
		this.#counts = this.#strata.map(() => 0);
	}

	add<T extends Pick<Documents, "measured">>(batch: T): T {
		for (const length of batch.measured ?? []) {
			const stratum = stratumOf(length, this.#strata);
			if (stratum !== -1) this.#counts[stratum]++;
		}
		return batch;
	}

	/** As totals have them; nothing where there are no strata. */
	totals(): { strata?: Record<string, { documents: number }> } {
		if (this.#strata.length === 0) return {};
		return {
			strata: Object.fromEntries(
				this.#strata.map(({ name }, i) => [
					name,
					{ documents: this.#counts[i] },
				]),
			),
		};
	}
}
