import { counted, grouped, percent } from "../src/core/number-texts.js";
import { shellWord } from "../src/core/text.js";
import { batchKinds } from "../src/curriculum/batch-kinds.js";
import type { CurriculumPlan, PlanStage } from "../src/plan/curriculum-plan.js";
import type { PlanLanes } from "../src/plan/lanes-file.js";
import { describeGroups } from "./describe-groups.js";
import { type Done, doneText } from "./done-text.js";
import { fitLines, fitsScreen, type Line, type Part } from "./fit-lines.js";

/** What a plan of a curriculum came to, on one screen. */
export function describePlan(
	done: Done,
	extended: string | undefined,
	plan: CurriculumPlan,
): string {
	const { totals, stages, tokensPerStep, batches, groups } = plan;
	const { items } = batchKinds.find(batches);
	const head = doneText(done, `Planned ${done.out}`);
	const steps: Line = [
		"steps",
		`${grouped(totals.steps)} of ${counted(tokensPerStep, "token")}${items === "sequences" ? " at most" : ""}`,
	];
	const fitted = (parts: readonly Part[]) =>
		fitLines(
			head,
			[steps, ...parts],
			[[]],
			`seqpack inspect ${shellWord(done.out)} shows all of it`,
		);
	if (plan.lanes !== undefined)
		return textOf(fitted(lanesLines(plan, plan.lanes)));
	const before = earlierLines(plan, extended);
	const after = [
		...usedLines(plan),
		...(groups === undefined ? [] : describeGroups(groups, totals.steps)),
	];
	const weightsOf = (stage: PlanStage) =>
		extended === undefined ? weightLines(stage, plan) : [];
	const whole = fitted([
		...before,
		...stages.flatMap((stage, i) => [
			...(stages.length > 1 ? [stageLine(stage, i)] : []),
			...stageParts(stage),
			...weightsOf(stage),
			...scheduleLines(stage.offSchedule),
		]),
		...after,
	]);
	if (fitsScreen(whole)) return textOf(whole);
	return textOf(
		fitted([
			...before,
			{
				what: "stages",
				measure: "steps",
				entries: stages.map((stage, i) => ({
					line: stageLine(stage, i),
					size: stage.steps,
				})),
			},
			lengthsLine(stages, done.out),
			...stages.flatMap(weightsOf).slice(0, 1),
			...scheduleLines(
				stages.reduce((sum, { offSchedule }) => sum + offSchedule, 0),
			),
			...after,
		]),
	);
}

const textOf = (lines: readonly string[]) => `${lines.join("\n")}\n`;

function earlierLines(
	{ parents, totals: { skipped } }: CurriculumPlan,
	extended: string | undefined,
): Line[] {
	const lines: Line[] = [];
	if (parents !== undefined)
		lines.push([
			"the same",
			`${counted(parents[0].step, "step")} of ${extended}`,
		]);
	if (skipped !== undefined)
		lines.push([
			"skipped",
			`${counted(skipped.steps, "step")} of ${counted(skipped.tokens, "token")}`,
		]);
	return lines;
}

function stageLine(
	{ steps, tokensPerStep, asked }: PlanStage,
	number: number,
): Line {
	const of =
		tokensPerStep === undefined ? "" : ` of ${counted(tokensPerStep, "token")}`;
	return [
		`stage ${number + 1}`,
		`${counted(steps, "step")}${of}, ${asked.schedule ?? ""}`,
	];
}

/** The lengths of all stages, where the steps of each take too much room. */
function lengthsLine(stages: readonly PlanStage[], out: string): Line {
	const lengths = stages.flatMap(({ buckets }) =>
		buckets.map(({ length }) => length),
	);
	const [least, most] = lengths.reduce(
		([least, most], length) => [
			Math.min(least, length),
			Math.max(most, length),
		],
		[Number.POSITIVE_INFINITY, 0],
	);
	return [
		"lengths",
		`${grouped(least)} to ${grouped(most)}; seqpack inspect ${shellWord(out)} shows the rows of each`,
	];
}

/** Its buckets, and its padding. */
function stageParts({ buckets, pools, tokens }: PlanStage): Part[] {
	const lengths: Part = {
		what: "lengths",
		measure: "steps",
		entries: buckets.map(({ length, batchRows, steps, leftRows }) => {
			const left =
				leftRows > 0
					? `; ${counted(leftRows, "row")} ${leftRows === 1 ? "fills" : "fill"} none`
					: "";
			const rows =
				pools === null ? ` of ${counted(batchRows, "row")}${left}` : "";
			return {
				line: [`  ${grouped(length)}`, `${counted(steps, "step")}${rows}`],
				size: steps,
			};
		}),
	};
	if (pools === null) return [lengths];
	return [
		lengths,
		[
			"padding",
			`${percent(1 - tokens / pools.paddedTokens)} (${counted(pools.paddedTokens - tokens, "token")}); ${counted(pools.leftSequences, "sequence")} in no step`,
		],
	];
}

/** That weights are still on their way where the stage ends: the points may be in another unit than is meant. */
function weightLines(
	{ asked, steps }: PlanStage,
	{ tokensPerStep }: CurriculumPlan,
): Line[] {
	const { weightsAt, weightsBy = "steps", tokens = 0 } = asked;
	const most = Math.max(steps, Math.floor(tokens / tokensPerStep));
	const end = weightsBy === "steps" ? most : most * tokensPerStep;
	const beyond = weightsAt?.filter(([at]) => at > end) ?? [];
	if (beyond.length === 0) return [];
	return [
		[
			"weights",
			`not those of ${beyond.length === 1 ? "the point" : "the points"} at ${beyond.map(([at]) => grouped(at)).join(", ")}: the stage ends at ${grouped(end)} ${weightsBy}`,
		],
	];
}

function scheduleLines(offSchedule: number): Line[] {
	if (offSchedule === 0) return [];
	return [
		[
			"schedule",
			`${counted(offSchedule, "step")} of another length than it says, for want of data`,
		],
	];
}

function usedLines({ totals, epochs }: CurriculumPlan): Line[] {
	const lines: Line[] = [];
	if (totals.timesUsed > epochs)
		lines.push([
			"repeated",
			`some data is used up to ${Math.ceil(totals.timesUsed)} times, to have as many tokens as asked for`,
		]);
	lines.push([
		"rows",
		`${grouped(totals.rows)} in steps, ${grouped(totals.unusedRows)} in none`,
	]);
	return lines;
}

function lanesLines(
	{ totals, tokensPerStep }: CurriculumPlan,
	lanes: PlanLanes,
): Line[] {
	const { steps, tokens, rows } = totals;
	const reads = steps * lanes.count;
	const over = steps - lanes.leastSteps;
	const lines: Line[] = [
		[
			"lanes",
			`${grouped(lanes.count)}, of ${counted(lanes.chunk, "token")} a step`,
		],
		[
			"documents",
			`${grouped(rows)}, in ${counted(lanes.chunks, "chunk")}; the longest has ${grouped(lanes.longest)}`,
		],
		[
			"idle",
			`${percent(lanes.idle / reads)} of what lanes can read (${counted(lanes.idle, "chunk")}); ${over === 0 ? "no" : grouped(over)} ${over === 1 ? "step" : "steps"} more than the least there can be`,
		],
		[
			"padding",
			`${percent(1 - tokens / (steps * tokensPerStep))}, idle lanes and the ends of documents together`,
		],
	];
	if (lanes.cutDocuments > 0)
		lines.push([
			"cut",
			`${counted(lanes.cutTokens, "token")} of ${counted(lanes.cutDocuments, "document")}, beyond the most chunks`,
		]);
	if (lanes.emptyDocuments + lanes.heldOutDocuments > 0)
		lines.push([
			"left out",
			`${counted(lanes.emptyDocuments, "document")} without tokens, ${grouped(lanes.heldOutDocuments)} held out`,
		]);
	return lines;
}
