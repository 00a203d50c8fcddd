import { type CurriculumPlan, openPlan } from "../../plan/curriculum-plan.js";
import { readSteps } from "../../plan/read-steps.js";
import type { PlanStep } from "../../plan/steps-file.js";
import { differingFiles, differingValues } from "./differing-values.js";
import type { Diffing } from "./diffing.js";
import type { DiffResult, StepDifferences, StepSide } from "./result.js";

/** Compares two plans: settings, stages, datasets, and step by step. */
export async function diffPlans(
	directoryA: string,
	directoryB: string,
	{ limit, onRows }: Diffing,
): Promise<Omit<DiffResult, "a" | "b">> {
	const [a, b] = [await openPlan(directoryA), await openPlan(directoryB)];
	const byHash = a.planHash === b.planHash;
	const settings = differingValues(settingsOf(a), settingsOf(b), limit);
	const inputs = differingFiles(datasetsOf(a), datasetsOf(b), limit);
	const totals = differingValues(a.totals, b.totals, Infinity).list;
	const steps = byHash
		? null
		: await diffSteps(directoryA, a, directoryB, b, limit, onRows);
	const differ =
		settings.count + inputs.count + totals.length + (steps?.first.length ?? 0);
	const isAlike = steps === null || steps.equal === Math.max(steps.a, steps.b);
	return {
		...{ kind: "plan", same: byHash || (differ === 0 && isAlike), byHash },
		...{ settings, inputs, files: { count: 0, list: [] }, totals },
		...{ documents: null, rows: null, steps, notes: [] },
	};
}

/** All that a plan says but its counts and files. */
function settingsOf({
	formatVersion: _version,
	seqpackVersion: _made,
	planHash: _hash,
	datasets: _datasets,
	totals: _totals,
	steps: _steps,
	lanes,
	groups,
	...rest
}: CurriculumPlan) {
	return {
		...rest,
		...(lanes && { lanes: { count: lanes.count, chunk: lanes.chunk } }),
		...(groups && {
			groups: {
				...{ rule: groups.rule, ranks: groups.ranks, cost: groups.cost },
				...{ maxTokens: groups.maxTokens, degrees: groups.degrees },
			},
		}),
	};
}

function datasetsOf({ datasets }: CurriculumPlan) {
	return datasets.map(({ path, manifest, buckets }) => ({
		name: path,
		bytes: buckets.reduce((sum, { tokens }) => sum + tokens, 0),
		hash: manifest,
	}));
}

async function diffSteps(
	directoryA: string,
	a: CurriculumPlan,
	directoryB: string,
	b: CurriculumPlan,
	limit: number,
	onRows: (rows: number) => void,
): Promise<StepDifferences> {
	const result: StepDifferences = {
		...{ a: a.totals.steps, b: b.totals.steps, equal: 0, first: [] },
	};
	const stepsA = new StepReader(directoryA, a);
	const stepsB = new StepReader(directoryB, b);
	const count = Math.max(result.a, result.b);
	try {
		for (let step = 0; step < count; step++) {
			if (step % 65_536 === 0) onRows(0);
			const ofA = await stepsA.next();
			const ofB = await stepsB.next();
			const isEqual =
				ofA !== null &&
				ofB !== null &&
				ofA.stage === ofB.stage &&
				ofA.bucket === ofB.bucket &&
				ofA.length === ofB.length &&
				ofA.batchSize === ofB.batchSize &&
				ofA.offset === ofB.offset &&
				ofA.part === ofB.part;
			if (isEqual) result.equal++;
			else if (result.first.length < limit)
				result.first.push({ step, a: sideOf(ofA), b: sideOf(ofB) });
		}
	} finally {
		await stepsA.close();
		await stepsB.close();
	}
	return result;
}

function sideOf(step: PlanStep | null): StepSide | null {
	if (step === null) return null;
	const { stage, length, batchSize, offset } = step;
	return { stage, length, batchSize, offset };
}

/** Steps one by one, each the same object. */
class StepReader {
	readonly #batches: AsyncGenerator<Iterable<PlanStep>>;
	#steps: Iterator<PlanStep> | null = null;

	constructor(directory: string, plan: CurriculumPlan) {
		this.#batches = readSteps(directory, plan);
	}

	/** Null after the last. */
	async next(): Promise<PlanStep | null> {
		for (;;) {
			const { value, done } = this.#steps?.next() ?? { done: true };
			if (done !== true && value !== undefined) return value;
			const batch = await this.#batches.next();
			if (batch.done) return null;
			this.#steps = batch.value[Symbol.iterator]();
		}
	}

	async close(): Promise<void> {
		await this.#batches.return(undefined);
	}
}
