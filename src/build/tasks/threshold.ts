import { optionName, UsageError } from "../../core/errors.js";
import { emptyTotals, type Totals } from "../../dataset/totals.js";
import { strataOf } from "../../documents/strata/strata-settings.js";
import { parseSignedJson, signedJson } from "../../storage/signed-json.js";
import { readAll, writeAll } from "../../storage/storage.js";
import { readKeys } from "../document-hashes.js";
import { type KeyRule, keyRule } from "../key-rule.js";
import { leftChanged } from "../left-files.js";
import { NO_ROWS, writeRecord } from "../record.js";
import { countEqual, smallestKeys } from "../smallest-keys.js";
import { Stopwatch } from "../stopwatch.js";
import type { TaskRange, ThresholdTask } from "../tasks-of-plan.js";
import type { Workspace } from "../workspace.js";
import type { TaskRunner } from "./task.js";

/** Up to which key the documents of a group are chosen. */
export interface Threshold {
	/** Null: all are. */
	key: number | null;
	/**
	 * Where texts that are the same have that very key, and not all of them are chosen: how many of
	 * each task that hashed, in their order.
	 */
	room?: number[];
}

/**
 * Finds the keys up to which documents are chosen, so that as many are as was asked for.
 * @throws UsageError `too-few-documents`
 */
export const runThreshold: TaskRunner<ThresholdTask> = async (
	{ workspace, plan },
	number,
	{ from, to },
) => {
	const rule = keyRule(plan.settings);
	if (rule === null) throw new Error("nothing is chosen by number");
	const smallest: Float64Array[] = Array.from(
		{ length: rule.groups },
		() => new Float64Array(0),
	);
	for (let task = from; task < to; task++)
		for (const [group, keys] of (await readKeys(workspace, task)).entries())
			smallest[group] = smallestKeys([...smallest[group], ...keys], rule);
	const found = smallest.map(({ length }) => Math.min(length, rule.count));
	if (rule.isExact && found[0] < rule.count)
		throw new UsageError(
			"too-few-documents",
			`the input has ${found[0]} documents with different texts, and ${rule.count} are to be held out: give a smaller ${optionName("validation")}.`,
		);
	const thresholds: Threshold[] = [];
	for (const [group, keys] of smallest.entries())
		thresholds.push(
			await thresholdOf(workspace, { from, to }, rule, group, keys),
		);
	const totals: Totals = {
		...emptyTotals(),
		...missingOf(
			strataOf(plan.settings.strata).map(({ name }) => name),
			found.map((count) => rule.count - count),
		),
	};
	const path = workspace.findings(number);
	const content = signedJson({ thresholds });
	const written = await writeAll(workspace.storage, path, content, {
		once: true,
	});
	await writeRecord(workspace, plan, number, {
		...NO_ROWS,
		totals,
		findings: { path, ...written },
	});
	return new Stopwatch().times;
};

/** @param keys The smallest of all tasks. */
async function thresholdOf(
	workspace: Workspace,
	{ from, to }: TaskRange,
	{ count }: KeyRule,
	group: number,
	keys: Float64Array,
): Promise<Threshold> {
	if (keys.length <= count) return { key: null };
	const key = keys[count - 1];
	if (keys[count] !== key) return { key };
	let left = count - keys.indexOf(key);
	const room: number[] = [];
	for (let task = from; task < to; task++) {
		const own = countEqual((await readKeys(workspace, task))[group], key);
		room.push(Math.min(own, left));
		left -= room[room.length - 1];
	}
	return { key, room };
}

/** How many documents strata lack; nothing where none does. */
function missingOf(
	names: readonly string[],
	missing: readonly number[],
): Pick<Totals, "strata"> {
	const some = names
		.map((name, i) => [name, { documents: 0, missing: missing[i] }] as const)
		.filter(([, { missing }]) => missing > 0);
	return some.length === 0 ? {} : { strata: Object.fromEntries(some) };
}

/** What such a task has found, of each group. */
export async function readThresholds(
	workspace: Workspace,
	task: number,
): Promise<Threshold[]> {
	const path = workspace.findings(task);
	const content = await readAll(workspace.storage, path);
	const found = parsed(content);
	if (found === null) throw await leftChanged(workspace, task, path);
	return found;
}

/** Null for what was not written so. */
function parsed(content: Buffer): Threshold[] | null {
	try {
		const { value, fault } = parseSignedJson(content, "thresholds");
		return fault === null
			? (value as { thresholds: Threshold[] }).thresholds
			: null;
	} catch {
		return null;
	}
}
