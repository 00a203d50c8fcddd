import { sum } from "../core/arithmetic.js";
import { EnvironmentError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { parseJson } from "../core/json.js";
import type { InputSpan } from "../sources/divide.js";
import { LANES } from "../storage/lanes.js";
import { readIfThere, writeAll } from "../storage/storage.js";
import { hashOf, type Plan, type PlanInput } from "./plan.js";
import { partShape } from "./plan-shape.js";
import type { Task } from "./tasks-of-plan.js";
import type { Workspace } from "./workspace.js";

/** Tasks whose spans and inputs are in one file. */
const TASKS_PER_PART = 64;

/** What some tasks read, by the numbers of tasks and inputs. */
interface PlanPart {
	spans: [number, InputSpan[]][];
	inputs: [number, PlanInput][];
}

/**
 * Writes a plan: what all tasks need to plan.json, and what each reads to a file of a few
 * tasks, so that a job of many reads no more than its own. plan.json comes first: it says whose
 * the rest is, whenever this is killed.
 */
export async function writePlan(
	workspace: Workspace,
	plan: Plan,
): Promise<void> {
	const { storage, work } = workspace;
	const parts = partsOf(plan);
	const outline: Plan = {
		...plan,
		inputs: [],
		tasks: plan.tasks.map((task) => withSpans(task, [])),
		parts: {
			files: parts.length,
			inputs: plan.inputs.length,
			bytes: sum(plan.inputs.map(({ bytes }) => bytes)),
		},
	};
	const content = `${JSON.stringify(outline, null, "\t")}\n`;
	await writeAll(storage, workspace.plan, content, { partialsIn: work });
	await storage.remove(work);
	await inParallel(parts, LANES, (part, number) =>
		writeAll(storage, workspace.state(nameOf(number)), JSON.stringify(part)),
	);
}

/** The same plan, with all that some of its tasks read. @throws EnvironmentError `no-plan` */
export async function planOfTasks(
	workspace: Workspace,
	plan: Plan,
	tasks: readonly number[],
): Promise<Plan> {
	if (plan.parts === undefined) return plan;
	const wanted = new Set(tasks.map(partOf));
	const { files } = plan.parts;
	const numbers = [...wanted].filter((number) => number < files);
	return join(plan, await readParts(workspace, numbers));
}

/** The whole of a plan. @throws EnvironmentError `no-plan` */
export async function wholePlan(
	workspace: Workspace,
	plan: Plan,
): Promise<Plan> {
	if (plan.parts === undefined) return plan;
	const numbers = [...Array(plan.parts.files).keys()];
	const { parts, ...whole } = join(plan, await readParts(workspace, numbers));
	const { planHash, ...rest } = whole;
	if (hashOf(rest) !== planHash) throw notWhole(workspace.out);
	return whole;
}

/** The directory of what `writePlan` writes besides plan.json, below the state. */
export const PARTS = "plan";

function nameOf(number: number): string {
	return `${PARTS}/${String(number).padStart(5, "0")}.json`;
}

function partOf(task: number): number {
	return Math.floor(task / TASKS_PER_PART);
}

function partsOf({ tasks, inputs }: Plan): PlanPart[] {
	const left = new Set(inputs.keys());
	const parts: PlanPart[] = [];
	for (let from = 0; from < tasks.length; from += TASKS_PER_PART) {
		const spans: PlanPart["spans"] = [];
		const own = new Set<number>();
		for (let task = from; task < from + TASKS_PER_PART; task++) {
			const read = spansOf(tasks[task]);
			if (read.length > 0) spans.push([task, read]);
			for (const { input } of read) own.add(input);
		}
		for (const input of own) left.delete(input);
		const numbers = [...own].sort((a, b) => a - b);
		parts.push({ spans, inputs: numbers.map((i) => [i, inputs[i]]) });
	}
	// What no task reads is wanted where the dataset is made.
	if (left.size > 0)
		parts.push({ spans: [], inputs: [...left].map((i) => [i, inputs[i]]) });
	return parts;
}

function spansOf(task: Task | undefined): InputSpan[] {
	return task !== undefined && "spans" in task ? task.spans : [];
}

function withSpans(task: Task, spans: InputSpan[]): Task {
	return "spans" in task ? { ...task, spans } : task;
}

function join(plan: Plan, parts: readonly PlanPart[]): Plan {
	const tasks = [...plan.tasks];
	const inputs = [...plan.inputs];
	inputs.length = plan.parts?.inputs ?? inputs.length;
	for (const part of parts) {
		for (const [number, spans] of part.spans)
			tasks[number] = withSpans(tasks[number], spans);
		for (const [number, input] of part.inputs) inputs[number] = input;
	}
	return { ...plan, tasks, inputs };
}

async function readParts(
	workspace: Workspace,
	numbers: readonly number[],
): Promise<PlanPart[]> {
	const { storage, out } = workspace;
	return inParallel(numbers, LANES, async (number) => {
		const content = await readIfThere(storage, workspace.state(nameOf(number)));
		const part = content === null ? null : parsePart(content.toString("utf8"));
		if (part !== null) return part;
		throw notWhole(out);
	});
}

function notWhole(out: string): EnvironmentError {
	return new EnvironmentError(
		"no-plan",
		`the plan in ${out} is not whole: it is being written, or was cut off in that, or changed. Plan again.`,
	);
}

/** Null for what is no part of a plan. */
function parsePart(text: string): PlanPart | null {
	try {
		const part = parseJson(text);
		return partShape(part) === null ? part : null;
	} catch {
		return null;
	}
}
