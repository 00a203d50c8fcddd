import { counted, grouped, percent } from "../src/core/number-texts.js";
import { redactedJson } from "../src/core/secrets.js";
import { batchKinds } from "../src/curriculum/batch-kinds.js";
import { curriculumTable } from "../src/options/curriculum.js";
import type { CurriculumPlan, PlanStage } from "../src/plan/curriculum-plan.js";
import type { PlanLanes } from "../src/plan/lanes-file.js";
import { makePlan } from "../src/plan/make-plan.js";
import { commandOf, NUMBERS_NOTE } from "./command.js";
import { describeGroups } from "./describe-groups.js";
import { doneText } from "./done-text.js";
import { outputTable } from "./output-options.js";
import { withProgress } from "./run-build.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

export const curriculumCommandTable = {
	...curriculumTable,
	...outputTable,
};

export const curriculumCommand = () =>
	commandOf({
		name: "curriculum",
		description:
			"Plan which rows of which datasets make each step of training.",
		table: curriculumCommandTable,
		arguments: ["datasets"],
		notes: NUMBERS_NOTE,
		isReported: true,
		examples: [
			"seqpack curriculum buckets/ --schedule grow-p2 --cycles 8 --tokens-per-step 512K --world-size 8 --out plan/",
			"seqpack curriculum rows/ --batches flat --tokens-per-step 16M --parallel-plan flexsp --devices 64 --tokens-per-device 6484 --out plan/",
			"seqpack curriculum --extend plan/ --skip 1200:1260 --out plan-2/",
			"seqpack curriculum store/ --order documents --chunk 2K --tokens-per-step 512K --world-size 8 --out plan/",
		],
		async run({ json, ...options }) {
			const began = performance.now();
			const { plan, isNew } = await withProgress((onProgress) =>
				makePlan({ ...options, onProgress }),
			);
			const seconds = (performance.now() - began) / 1000;
			const status = isNew ? "planned" : "already-planned";
			const { out, extend } = options;
			say(describe({ status, out, seconds }, extend, plan));
			if (json) await writeOut(`${redactedJson(plan)}\n`);
			return 0;
		},
	});

function describe(
	done: { status: string; out: string; seconds: number },
	extended: string | undefined,
	plan: CurriculumPlan,
): string {
	const { totals, stages, tokensPerStep, batches } = plan;
	const lines = [
		doneText(done, `Planned ${done.out}`),
		`  steps      ${grouped(totals.steps)} of ${counted(tokensPerStep, "token")}${batchKinds.find(batches).items === "sequences" ? " at most" : ""}`,
	];
	if (plan.lanes !== undefined)
		return `${[...lines, ...describeLanes(plan, plan.lanes)].join("\n")}\n`;
	if (plan.parents !== undefined)
		lines.push(
			`  the same   ${counted(plan.parents[0].step, "step")} of ${extended}`,
		);
	if (totals.skipped !== undefined)
		lines.push(
			`  skipped    ${counted(totals.skipped.steps, "step")} of ${counted(totals.skipped.tokens, "token")}`,
		);
	for (const [i, stage] of stages.entries()) {
		if (stages.length > 1)
			lines.push(
				`  stage ${i + 1}    ${counted(stage.steps, "step")}${stage.tokensPerStep === undefined ? "" : ` of ${counted(stage.tokensPerStep, "token")}`}, ${stage.asked.schedule ?? ""}`,
			);
		for (const { length, batchRows, steps, leftRows } of stage.buckets)
			lines.push(
				stage.pools === null
					? `    ${grouped(length).padEnd(9)}${counted(steps, "step")} of ${counted(batchRows, "row")}${leftRows > 0 ? `; ${counted(leftRows, "row")} ${leftRows === 1 ? "fills" : "fill"} none` : ""}`
					: `    ${grouped(length).padEnd(9)}${counted(steps, "step")}`,
			);
		if (stage.pools !== null)
			lines.push(
				`  padding    ${percent(1 - stage.tokens / stage.pools.paddedTokens)} (${counted(stage.pools.paddedTokens - stage.tokens, "token")}); ${counted(stage.pools.leftSequences, "sequence")} in no step`,
			);
		if (extended === undefined) lines.push(...describeWeights(stage, plan));
		if (stage.offSchedule > 0)
			lines.push(
				`  schedule   ${counted(stage.offSchedule, "step")} of another length than it says, for want of data`,
			);
	}
	if (totals.timesUsed > plan.epochs)
		lines.push(
			`  repeated   some data is used up to ${Math.ceil(totals.timesUsed)} times, to have as many tokens as asked for`,
		);
	lines.push(
		`  rows       ${grouped(totals.rows)} in steps, ${grouped(totals.unusedRows)} in none`,
	);
	if (plan.groups !== undefined)
		lines.push(...describeGroups(plan.groups, totals.steps));
	return `${lines.join("\n")}\n`;
}

/** That weights are still on their way where the stage ends: the points may be in another unit than is meant. */
function describeWeights(
	{ asked, steps }: PlanStage,
	{ tokensPerStep }: CurriculumPlan,
): string[] {
	const { weightsAt, weightsBy = "steps", tokens = 0 } = asked;
	const most = Math.max(steps, Math.floor(tokens / tokensPerStep));
	const end = weightsBy === "steps" ? most : most * tokensPerStep;
	const beyond = weightsAt?.filter(([at]) => at > end) ?? [];
	if (beyond.length === 0) return [];
	return [
		`  weights    not those of ${beyond.length === 1 ? "the point" : "the points"} at ${beyond.map(([at]) => grouped(at)).join(", ")}: the stage ends at ${grouped(end)} ${weightsBy}`,
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
