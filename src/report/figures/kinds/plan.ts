import { sum } from "../../../core/arithmetic.js";
import {
	DataError,
	type SeqpackError,
	UsageError,
} from "../../../core/errors.js";
import { counted } from "../../../core/number-texts.js";
import { withoutSecrets } from "../../../core/secrets.js";
import {
	type CurriculumPlan,
	filesOf,
	openPlan,
	type PlanStage,
} from "../../../plan/curriculum-plan.js";
import { readSteps } from "../../../plan/read-steps.js";
import type { PlanStep } from "../../../plan/steps-file.js";
import { placesOfStep, TakenPlaces } from "../../../plan/taken-places.js";
import { written } from "../../written.js";
import { emptyFigures, emptyTotalFigures } from "../empty-figures.js";
import type { FigureReader } from "../figure-kind.js";
import type {
	Fact,
	Figures,
	PlanFigures,
	SourceFigures,
	StageFigures,
} from "../figures.js";
import { groupedEntries } from "../grouped.js";
import { bucketFigures } from "../plan/bucket-figures.js";
import { MOST_RANKS, readRankLoads } from "../plan/rank-loads.js";
import { SharesOverSteps } from "../plan/shares-over-steps.js";
import {
	countLanes,
	countSources,
	type SourceCounts,
} from "../plan/source-tokens.js";
import { StepPoints } from "../plan/step-points.js";

export const plan: FigureReader = {
	meaning: "a plan of seqpack curriculum",
	find: async (path, storage) =>
		(await storage.stat(`${path}/${written.plan}`)) !== null,
	read: readPlanFigures,
};

async function readPlanFigures(directory: string): Promise<Figures> {
	const plan = await openPlan(directory);
	const figures = emptyFigures("plan", directory);
	figures.facts = factsOf(plan);
	const { points, shares, counts, items } = await readAllSteps(directory, plan);
	const names = plan.datasets.map(({ path }) => withoutSecrets(path));
	const loads = await loadsOf(directory, plan);
	const { totals, stages, worldSize, tokensPerStep } = plan;
	figures.plan = {
		...{ steps: totals.steps, tokensPerStep, worldSize },
		stepsPerPoint: points.stepsPerPoint,
		points: points.points,
		stages: stages.map((stage, i) => stageFigures(plan, stage, i)),
		odds: shares.odds,
		weights: shares.weights.map(({ dataset, ...rest }) => ({
			...rest,
			source: names[dataset],
		})),
		sources: sourcesOfStages(counts, names),
		...loads,
	};
	figures.totals = totalsOf(plan, items);
	figures.buckets = bucketFigures(plan);
	figures.sources = sourcesOf(counts, names);
	figures.notes = notesOf(plan, figures.plan, shares);
	return figures;
}

/** All that steps say, read once. */
async function readAllSteps(directory: string, plan: CurriculumPlan) {
	const { stages, totals, lanes } = plan;
	const points = new StepPoints(totals.steps);
	const shares = new SharesOverSteps(plan, points.stepsPerPoint);
	const taken = new TakenPlaces();
	let items = 0;
	for await (const steps of readSteps(directory, plan))
		for (const step of steps) {
			requirePlanned(plan, step);
			points.add(step);
			shares.add(step);
			items += step.batchSize;
			if (lanes === undefined)
				taken.take(
					step.stage,
					step.bucket,
					...placesOfStep(stages[step.stage], step),
				);
		}
	const counts =
		lanes === undefined
			? countSources(plan, taken)
			: await countLanes(directory, plan, points.points, points.stepsPerPoint);
	return { points, shares, counts, items };
}

/** @throws DataError `bad-plan` for a step of what the plan does not have */
function requirePlanned({ stages, steps }: CurriculumPlan, step: PlanStep) {
	if (stages[step.stage]?.buckets[step.bucket] === undefined)
		throw new DataError(
			"bad-plan",
			`${steps.path} has a step of the stage ${step.stage} and its bucket ${step.bucket}, which the plan does not have: it was changed. Make the plan again with seqpack curriculum.`,
		);
}

/** What ranks have; where the datasets cannot be read, why. */
async function loadsOf(
	directory: string,
	plan: CurriculumPlan,
): Promise<Pick<PlanFigures, "ranks" | "rankSteps" | "missing">> {
	try {
		const { ranks, steps } = await readRankLoads(directory, plan);
		return { ranks, rankSteps: steps, missing: null };
	} catch (error) {
		if (!(error instanceof UsageError || error instanceof DataError))
			throw error;
		const missing = `Tokens and cost by rank are not shown: ${withoutStop(error)}.`;
		return { ranks: [], rankSteps: 0, missing };
	}
}

function withoutStop({ message }: SeqpackError): string {
	return message.replace(/\.$/, "");
}

function stageFigures(
	{ lanes }: CurriculumPlan,
	{ asked, firstStep, steps, tokens, pools }: PlanStage,
	stage: number,
): StageFigures {
	const schedule =
		lanes === undefined ? (asked.schedule ?? "unknown") : "documents in order";
	const paddedTokens = pools?.paddedTokens ?? null;
	return { stage, schedule, firstStep, steps, tokens, paddedTokens };
}

function totalsOf(plan: CurriculumPlan, items: number): Figures["totals"] {
	const files = filesOf(plan).map(([, file]) => file);
	const isOfSequences = plan.stages.some(({ pools }) => pools !== null);
	return {
		...emptyTotalFigures(),
		sequences: isOfSequences ? items : null,
		rows: plan.totals.rows,
		tokens: plan.totals.tokens,
		files: files.length,
		bytes: sum(files.map(({ bytes }) => bytes)),
	};
}

function sourcesOf(
	{ rows, tokens }: SourceCounts,
	names: readonly string[],
): Figures["sources"] {
	const ofDatasets = (counts: readonly number[][]) =>
		names.map((_, dataset) => sum(counts.map((own) => own[dataset])));
	const allRows = ofDatasets(rows);
	const allTokens = ofDatasets(tokens);
	const all = sum(allTokens);
	return groupedEntries(
		[...names.keys()],
		(dataset) => ({ rows: allRows[dataset], tokens: allTokens[dataset] }),
		(dataset): SourceFigures => ({
			name: names[dataset],
			documents: null,
			rows: allRows[dataset],
			tokens: allTokens[dataset],
			share: all === 0 ? 0 : allTokens[dataset] / all,
			bytes: null,
			parts: { entries: [], rest: null },
		}),
	);
}

/** Of each stage the datasets that have most of all tokens, and the rest of them together. */
function sourcesOfStages(
	{ tokens }: SourceCounts,
	names: readonly string[],
): PlanFigures["sources"] {
	const { entries: shown } = groupedEntries(
		[...names.keys()],
		(dataset) => ({
			tokens: sum(tokens.map((own) => own[dataset])),
			rows: 0,
		}),
		(dataset) => dataset,
	);
	const others = names.length - shown.length;
	return tokens.flatMap((own, stage) => {
		const each = shown.map((dataset) => ({
			stage,
			source: names[dataset],
			tokens: own[dataset],
		}));
		const rest = sum(own) - sum(each.map((entry) => entry.tokens));
		const source = counted(others, "other");
		return [
			...each.filter((entry) => entry.tokens > 0),
			...(rest > 0 ? [{ stage, source, tokens: rest }] : []),
		];
	});
}

function factsOf(plan: CurriculumPlan): Fact[] {
	const { totals, lanes, groups, tokenizer, parents, skipped } = plan;
	const facts: Record<string, string | number | undefined> = {
		"made by": `seqpack ${plan.seqpackVersion}`,
		plan: plan.planHash.slice(0, 12),
		batches: plan.batches,
		"tokens a step": plan.tokensPerStep,
		ranks: groups?.ranks ?? plan.worldSize,
		epochs: plan.epochs,
		"times used": Number(totals.timesUsed.toFixed(3)),
		"rows in no step": totals.unusedRows,
		seed: plan.seed,
		"padded with": plan.padId,
		tokenizer: tokenizer.fingerprint.slice(0, 12),
		vocabulary: tokenizer.vocabSize,
		lanes: lanes && `${lanes.count}, ${counted(lanes.chunk, "token")} a chunk`,
		"groups of ranks": groups && (groups.rule ?? "one rank each"),
		"micro-batches": groups?.summary.microBatches,
		"mean imbalance": groups?.summary.meanImbalance.toFixed(3),
		"goes on from":
			parents?.[0] &&
			`${parents[0].planHash.slice(0, 12)}, step ${parents[0].step}`,
		"steps left out": skipped && totals.skipped?.steps,
	};
	return Object.entries(facts).flatMap(([name, value]) =>
		value === undefined ? [] : [{ name, value: String(value) }],
	);
}

function notesOf(
	plan: CurriculumPlan,
	{ stepsPerPoint, ranks, rankSteps }: PlanFigures,
	{ areAllLengths }: SharesOverSteps,
): string[] {
	const { stages, datasets, groups, totals } = plan;
	const notes: string[] = [];
	if (stepsPerPoint > 1)
		notes.push(
			`Each point stands for ${stepsPerPoint} steps: lengths and batch sizes are means, tokens are sums.`,
		);
	if (stages.some(({ pools }) => pools !== null)) {
		notes.push(
			"Tokens of single steps have the padding of their sequences; those of stages do not.",
		);
		if (datasets.length > 1)
			notes.push(
				"Tokens by dataset are shared out by the mean row of each: steps of sequences do not say which rows they are of.",
			);
	}
	if (!areAllLengths)
		notes.push("Odds are shown for the buckets with most steps alone.");
	if (rankSteps > 0 && rankSteps < totals.steps)
		notes.push(
			`Tokens and cost by rank are those of ${rankSteps} of ${totals.steps} steps, evenly chosen.`,
		);
	if (ranks.length === MOST_RANKS)
		notes.push(`At most ${MOST_RANKS} ranks are shown, evenly chosen.`);
	if (ranks.length > 0 && groups?.degrees.some((degree) => degree > 1))
		notes.push("Ranks that share rows count an equal part of them each.");
	return notes;
}
