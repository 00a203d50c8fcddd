import { counted, grouped, percent } from "../src/core/number-texts.js";
import { shellWord } from "../src/core/text.js";
import { batchKinds } from "../src/curriculum/batch-kinds.js";
import type { CurriculumPlan, PlanStage } from "../src/plan/curriculum-plan.js";
import type { PlanLanes } from "../src/plan/lanes-file.js";
import { describeGroups } from "./describe-groups.js";
import { doneText } from "./done-text.js";
import {
	fitLines,
	fitsScreen,
	type Line,
	type Listed,
	type Part,
} from "./fit-lines.js";

/** What a plan came to, for people, on one screen. */
export function describeCurriculum(
	done: { status: string; out: string; seconds: number },
	extended: string | undefined,
	plan: CurriculumPlan,
): string {
	const { totals, stages, tokensPerStep, batches, lanes, groups } = plan;
	const head = doneText(done, `Planned ${done.out}`);
	const steps: Line = [
		"steps",
		`${grouped(totals.steps)} of ${counted(tokensPerStep, "token")}${batchKinds.find(batches).items === "sequences" ? " at most" : ""}`,
	];
	if (lanes !== undefined)
		return `${[...fitLines(head, [steps], [[]], ""), ...describeLanes(plan, lanes)].join("\n")}\n`;
	const isOnly = stages.length === 1;
	const linesWith = (ofStages: readonly Part[]) =>
		fitLines(
			head,
			[
				steps,
				...describeExtended(plan, extended),
				...ofStages,
				...describeRows(plan),
			],
			[groups === undefined ? [] : describeGroups(groups, totals.steps)],
			`seqpack inspect ${shellWord(done.out)} shows more`,
		);
	const lines = linesWith(
		stages.flatMap((stage, i) => [
			...(isOnly ? [] : [stageLine(stage, i)]),
			...describeStage(stage, plan, extended !== undefined),
		]),
	);
	const shown =
		isOnly || fitsScreen(lines) ? lines : linesWith([listStages(stages)]);
	return `${shown.join("\n")}\n`;
}

function describeExtended(
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
	place: number,
): Line {
	return [
		`stage ${place + 1}`,
		`${counted(steps, "step")}${tokensPerStep === undefined ? "" : ` of ${counted(tokensPerStep, "token")}`}, ${asked.schedule ?? ""}`,
	];
}

/** Stages alone, where there are too many to tell more of each. */
function listStages(stages: readonly PlanStage[]): Listed {
	return {
		...{ what: "stages", measure: "steps" },
		entries: stages.map((stage, i) => ({
			line: stageLine(stage, i),
			size: stage.steps,
		})),
	};
}

function describeStage(
	stage: PlanStage,
	plan: CurriculumPlan,
	isExtended: boolean,
): Part[] {
	const { pools, buckets, tokens, offSchedule } = stage;
	const parts: Part[] = [
		{
			...{ what: "buckets", measure: "steps" },
			entries: buckets.map(({ length, batchRows, steps, leftRows }) => ({
				line: [
					`  ${grouped(length)}`,
					pools === null
						? `${counted(steps, "step")} of ${counted(batchRows, "row")}${leftRows > 0 ? `; ${counted(leftRows, "row")} ${leftRows === 1 ? "fills" : "fill"} none` : ""}`
						: counted(steps, "step"),
				],
				size: steps,
			})),
		},
	];
	if (pools !== null)
		parts.push([
			"padding",
			`${percent(1 - tokens / pools.paddedTokens)} (${counted(pools.paddedTokens - tokens, "token")}); ${counted(pools.leftSequences, "sequence")} in no step`,
		]);
	if (!isExtended) parts.push(...describeWeights(stage, plan));
	if (offSchedule > 0)
		parts.push([
			"schedule",
			`${counted(offSchedule, "step")} of another length than it says, for want of data`,
		]);
	return parts;
}

function describeRows({ totals, epochs }: CurriculumPlan): Line[] {
	return [
		...(totals.timesUsed > epochs
			? [
					[
						"repeated",
						`some data is used up to ${Math.ceil(totals.timesUsed)} times, to have as many tokens as asked for`,
					] satisfies Line,
				]
			: []),
		[
			"rows",
			`${grouped(totals.rows)} in steps, ${grouped(totals.unusedRows)} in none`,
		],
	];
}

/** That weights are still on their way where the stage ends: the points may be in another unit than is meant. */
function describeWeights(
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

function describeLanes(
	{ totals, tokensPerStep }: CurriculumPlan,
	lanes: PlanLanes,
): string[] {
	const { steps, tokens, rows } = totals;
	const reads = steps * lanes.count;
	const over = steps - lanes.leastSteps;
	const lines = [
		`  lanes      ${grouped(lanes.count)}, of ${counted(lanes.chunk, "token")} a step`,
		`  documents  ${grouped(rows)}, in ${counted(lanes.chunks, "chunk")}; the longest has ${grouped(lanes.longest)}`,
		`  idle       ${percent(lanes.idle / reads)} of what lanes can read (${counted(lanes.idle, "chunk")}); ${over === 0 ? "no" : grouped(over)} ${over === 1 ? "step" : "steps"} more than the least there can be`,
		`  padding    ${percent(1 - tokens / (steps * tokensPerStep))}, idle lanes and the ends of documents together`,
	];
	if (lanes.cutDocuments > 0)
		lines.push(
			`  cut        ${counted(lanes.cutTokens, "token")} of ${counted(lanes.cutDocuments, "document")}, beyond the most chunks`,
		);
	if (lanes.emptyDocuments + lanes.heldOutDocuments > 0)
		lines.push(
			`  left out   ${counted(lanes.emptyDocuments, "document")} without tokens, ${grouped(lanes.heldOutDocuments)} held out`,
		);
	return lines;
}
