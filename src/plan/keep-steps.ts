import { sum } from "../core/arithmetic.js";
import { batchKinds } from "../curriculum/batch-kinds.js";
import { checkSteps } from "../curriculum/plan-stage.js";
import type { PlanStage, SkippedSteps } from "./curriculum-plan.js";
import type { DatasetBuckets } from "./dataset-buckets.js";
import { LeftSequences } from "./left-sequences.js";
import type { ParentPlan } from "./parent-plan.js";
import { readSteps } from "./read-steps.js";
import { RegroupedSteps } from "./regroup-steps.js";
import type { PlanStep } from "./steps-file.js";
import type { StepsWriter } from "./steps-writer.js";
import { type RowsByLength, TakenPlaces } from "./taken-places.js";

/** What a plan has of the one that it goes on from. */
export interface KeptSteps {
	stages: PlanStage[];
	/** The first place of each dataset's rows that is free, by length, and how many rows are in steps. */
	used: RowsByLength;
	inSteps: RowsByLength;
	skipped: SkippedSteps[];
	/** How many of the first steps are those of the parent. */
	same: number;
}

/**
 * Writes the steps that a plan has of the one that it goes on from: those before a step as they are,
 * without those that are left out; and, where no stages come after them, the rest as it is or cut anew.
 */
export async function keepSteps(
	parent: ParentPlan,
	datasets: readonly DatasetBuckets[],
	writer: StepsWriter,
): Promise<KeptSteps> {
	const { plan, directory, from, skip } = parent;
	const survey = await surveySteps(parent);
	if (parent.isRegrouped)
		for (const lengths of survey.lengthsOfRest) checkSteps(parent, lengths);
	const kept = plan.stages.slice(0, survey.keptStages);
	const rest = new RegroupedSteps(
		plan.stages,
		kept.length,
		parent.tokensPerStep,
	);
	const left =
		batchKinds.find(plan.batches).items === "sequences"
			? new LeftSequences(plan, datasets)
			: null;
	const taken = new TakenPlaces();
	const counts: StageCounts[] = [];
	const skipped: SkippedSteps[] = [];
	const earlier = [...(plan.skipped ?? [])];
	let written = 0;
	const write = (step: PlanStep) => {
		const { stage, bucket, length, batchSize } = step;
		counts[stage] ??= { steps: 0, tokens: 0, ofBuckets: [] };
		const count = counts[stage];
		count.steps++;
		count.tokens += length * batchSize;
		count.ofBuckets[bucket] = (count.ofBuckets[bucket] ?? 0) + 1;
		taken.take(stage, bucket, ...placesOf(step, plan.stages));
		written++;
		return writer.add(step);
	};
	const takeEarlier = (number: number) => {
		while (earlier.length > 0 && earlier[0].step <= number) {
			const [known] = earlier.splice(0, 1);
			const places = known.places.map((place) => ({
				...place,
				stage: rest.numberOf(place.stage),
			}));
			skipped.push({ ...known, step: written, places });
		}
	};
	let number = 0;
	let range = 0;
	for await (const step of readSteps(directory, plan)) {
		takeEarlier(number);
		while (range < skip.length && skip[range][1] <= number) range++;
		const isSkipped = range < skip.length && skip[range][0] <= number;
		if (number >= from && parent.hasStages) {
			// Only of the last stage that is kept is a part left out.
			if (left === null || step.stage >= kept.length) break;
			await left.add(step, true);
		} else if (isSkipped) {
			if (number === skip[range][0])
				skipped.push({
					step: written,
					steps: 0,
					rows: 0,
					tokens: 0,
					places: [],
				});
			const [, end] = placesOf(step, plan.stages);
			const stage = rest.numberOf(step.stage);
			const tokens =
				left === null
					? step.length * step.batchSize
					: await left.add(step, false);
			addSkipped(skipped[skipped.length - 1], step, stage, end, tokens);
		} else if (number >= from && parent.isRegrouped)
			for (const cut of rest.add(step)) {
				const writing = write(cut);
				if (writing !== undefined) await writing;
			}
		else {
			const writing = write(step);
			if (writing !== undefined) await writing;
		}
		number++;
	}
	takeEarlier(number);
	rest.finish();
	left?.close();
	for (const { places } of skipped)
		for (const { stage, bucket, end } of places) taken.pass(stage, bucket, end);
	const own = {
		tokensPerStep: parent.tokensPerStep,
		worldSize: parent.worldSize,
	};
	const all = [
		...kept,
		...rest.stages.map((stage) => ({ ...stage, ...differing(own, plan) })),
	];
	let firstStep = 0;
	const stages = all.map((stage, i): PlanStage => {
		const { steps = 0, tokens = 0, ofBuckets = [] } = counts[i] ?? {};
		const first = firstStep;
		firstStep += steps;
		return {
			...stage,
			...{ firstStep: first, steps },
			tokens: left === null ? tokens : stage.tokens - left.tokens(i),
			buckets: stage.buckets.map((bucket, b) => ({
				...bucket,
				steps: ofBuckets[b] ?? 0,
			})),
			pools: stage.pools && {
				...stage.pools,
				paddedTokens: tokens,
				leftSequences: stage.pools.leftSequences - (left?.left(i) ?? 0),
			},
		};
	});
	return {
		stages,
		skipped,
		same: Math.min(from, skip[0]?.[0] ?? from),
		...taken.rows(stages, datasets.length),
	};
}

interface StageCounts {
	steps: number;
	/** With padding. */
	tokens: number;
	ofBuckets: number[];
}

/** What a stage says of its steps where it is another than the plan says. */
export function differing(
	own: { tokensPerStep: number; worldSize: number },
	plan: { tokensPerStep: number; worldSize: number },
): Pick<PlanStage, "tokensPerStep" | "worldSize"> {
	return {
		...(own.tokensPerStep !== plan.tokensPerStep && {
			tokensPerStep: own.tokensPerStep,
		}),
		...(own.worldSize !== plan.worldSize && { worldSize: own.worldSize }),
	};
}

/** The places of a step in its bucket, from one to before another; of sequences those of their pool. */
function placesOf(
	{ stage, bucket, batchSize, offset }: PlanStep,
	stages: readonly PlanStage[],
): [from: number, end: number] {
	const pools = stages[stage]?.pools;
	if (!pools) return [offset, offset + batchSize];
	const all = sum(
		stages[stage].buckets[bucket].sources.map(({ rows }) => rows),
	);
	return [offset, Math.min(all, offset + pools.rows)];
}

function addSkipped(
	skipped: SkippedSteps,
	{ bucket, batchSize }: PlanStep,
	stage: number,
	end: number,
	tokens: number,
): void {
	skipped.steps++;
	skipped.rows += batchSize;
	skipped.tokens += tokens;
	const known = skipped.places.find(
		(place) => place.stage === stage && place.bucket === bucket,
	);
	if (known === undefined) skipped.places.push({ stage, bucket, end });
	else known.end = Math.max(known.end, end);
}

/** What is to be known of a plan's steps before they are written. */
async function surveySteps(parent: ParentPlan): Promise<{
	/** How many of the stages have steps before the first that is another. */
	keptStages: number;
	/** Of the steps from then on, the lengths of each stage, ascending. */
	lengthsOfRest: number[][];
}> {
	const { plan, directory, from, skip } = parent;
	if (!parent.hasStages && !parent.isRegrouped)
		return { keptStages: plan.stages.length, lengthsOfRest: [] };
	const isPooled = batchKinds.find(plan.batches).items === "sequences";
	const lengths = new Map<number, Set<number>>();
	/** Steps before which a pool begins: the last up to the first that is another, and the next. */
	const border = { before: 0, after: plan.totals.steps };
	let keptStages = 0;
	let pool = "";
	let number = 0;
	for await (const { stage, offset, length } of readSteps(directory, plan)) {
		const own = `${stage} ${offset}`;
		if (own !== pool && number <= from) border.before = number;
		if (own !== pool && number >= from) {
			border.after = Math.min(border.after, number);
			if (isPooled) break;
		}
		pool = own;
		if (number < from) keptStages = stage + 1;
		else if (!skip.some(([a, b]) => a <= number && number < b)) {
			const ofStage = lengths.get(stage) ?? new Set();
			lengths.set(stage, ofStage.add(length));
		}
		number++;
	}
	if (isPooled && from < border.after && border.before < from)
		throw parent.refusedStep(border.before, border.after);
	return {
		keptStages,
		lengthsOfRest: [...lengths.values()].map((own) =>
			[...own].sort((a, b) => a - b),
		),
	};
}
