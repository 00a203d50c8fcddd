import { createHash } from "node:crypto";
import { canonicalJson } from "../storage/hash.js";
import type { Plan, PlanInput } from "./plan.js";

/**
 * Tells what a task reads of the inputs, and their sizes and versions: a hash, since a task
 * may read many files. Null for one that reads none; undefined where the plan at hand does
 * not say (plan-files.ts).
 */
export function inputOfTask(
	{ tasks, inputs, parts }: Pick<Plan, "tasks" | "inputs" | "parts">,
	number: number,
): string | null | undefined {
	const task = tasks[number];
	if (!("spans" in task)) return null;
	if (task.spans.length === 0 && parts !== undefined) return undefined;
	const hash = createHash("sha256");
	for (const span of task.spans)
		hash.update(canonicalJson({ ...span, is: contentOf(inputs[span.input]) }));
	return hash.digest("hex");
}

const contentOf = ({ bytes, version, members, beside }: PlanInput) => [
	bytes,
	version,
	...[...(members ?? []), ...(beside ?? [])].map((file) => [
		file.size,
		file.version,
	]),
];
