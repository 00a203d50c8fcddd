import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { batchKinds } from "../src/curriculum/batch-kinds.js";
import { schedules } from "../src/curriculum/schedules.js";
import type { StageOptions } from "../src/curriculum/stage-options.js";
import type { CurriculumOptions } from "../src/options/curriculum.js";
import type { CurriculumPlan } from "../src/plan/curriculum-plan.js";
import { planCurriculum } from "../src/plan/make-plan.js";
import {
	counted,
	durationText,
	grouped,
	parseCount,
	parseCounts,
	parseNumbers,
	percent,
} from "./numbers.js";

export function curriculumCommand(): Command {
	const choice = (flags: string, text: string, choices: readonly string[]) =>
		new Option(flags, text).choices([...choices]);
	const count = (flags: string, text: string) =>
		new Option(flags, text).argParser(parseCount);
	const counts = (flags: string, text: string) =>
		new Option(flags, text).argParser(parseCounts);
	const numbers = (flags: string, text: string) =>
		new Option(flags, text).argParser(parseNumbers);
	return new Command("curriculum")
		.description(
			"Plan which rows of which datasets make each step of training.",
		)
		.argument("<dataset...>", "directories of datasets with Arrow shards")
		.addOption(
			count(
				"--tokens-per-step <n>",
				"tokens of a step, of all ranks together",
			).makeOptionMandatory(),
		)
		.addOption(
			new Option(
				"--out <plan>",
				"the directory to write",
			).makeOptionMandatory(),
		)
		.optionsGroup("Steps:")
		.addOption(
			choice(
				"--schedule <name>",
				"how the bucket of each step is chosen (default: natural)",
				schedules.names,
			),
		)
		.addOption(
			count("--cycles <n>", "times that the schedule runs (default: 1)"),
		)
		.addOption(
			count("--world-size <n>", "ranks that share a step (default: 1)"),
		)
		.addOption(
			count("--epochs <n>", "times that the data is used (default: 1)"),
		)
		.addOption(
			count(
				"--tokens <n>",
				"tokens of the plan, or of each stage that does not say (default: all)",
			),
		)
		.option("--first-longest", "begin with a step of the longest bucket")
		.addOption(count("--seed <n>", "seed of the order (default: 0)"))
		.addOption(
			choice(
				"--batches <kind>",
				"rows padded to their bucket, packed rows, sequences by a token budget, or all without padding (default: as the data are)",
				batchKinds.names,
			),
		)
		.addOption(count("--pad-id <id>", "token to pad with (default: EOS, or 0)"))
		.optionsGroup("Data:")
		.addOption(
			counts("--buckets <lengths>", "the buckets to use (default: all)"),
		)
		.addOption(count("--min-length <n>", "shortest bucket to use"))
		.addOption(count("--max-length <n>", "longest bucket to use"))
		.addOption(
			numbers(
				"--weights <list>",
				"shares of the datasets in the tokens, such as 0.7,0.3 (default: all there is)",
			),
		)
		.addOption(
			choice(
				"--match <how>",
				"no data twice, or all of it at least once (default: sample with --weights alone)",
				["sample", "repeat"],
			),
		)
		.addOption(
			new Option(
				"--stages <file>",
				"stages, one after the other: a JSON list of what differs in each",
			).argParser(readStages),
		)
		.optionsGroup("Of some schedules:")
		.addOption(
			numbers("--odds <list>", "of odds: one a bucket, the shortest first"),
		)
		.option("--balanced", "of olmo-grow-*: as many steps of each bucket")
		.addOption(
			count(
				"--min-difficulty <n>",
				"of fixed-linear and -root: tokens at first",
			),
		)
		.addOption(count("--max-difficulty <n>", "tokens once grown"))
		.addOption(
			count("--total-curriculum-step <n>", "step at which it is grown"),
		)
		.addOption(
			count(
				"--difficulty-step <n>",
				"lengths are multiples of it (default: 8)",
			),
		)
		.addOption(
			new Option("--root-degree <x>", "of fixed-root (default: 2)").argParser(
				Number,
			),
		)
		.addOption(counts("--difficulty <list>", "of fixed-discrete: lengths"))
		.addOption(
			counts("--max-step <list>", "last step of each length but the last"),
		)
		.optionsGroup("Writing:")
		.option("--overwrite", "replace another plan")
		.option("--json", "print the plan as JSON on stdout")
		.addHelpText(
			"after",
			`
Numbers may end in K, M, G or T (powers of 1024).

Example:
  seqpack curriculum buckets/ --schedule grow-p2 --cycles 8 --tokens-per-step 512K --world-size 8 --out plan/`,
		)
		.action(run);
}

type Flags = Omit<CurriculumOptions, "datasets"> & { json?: boolean };

function readStages(path: string): StageOptions[] {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch {
		throw new InvalidArgumentError(`There is no file ${path} to read.`);
	}
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new InvalidArgumentError(
			`${path} is not JSON: ${(error as Error).message}.`,
		);
	}
}

async function run(
	datasets: string[],
	{ json, ...options }: Flags,
): Promise<void> {
	const began = performance.now();
	const plan = await planCurriculum({ ...options, datasets });
	const seconds = (performance.now() - began) / 1000;
	process.stderr.write(describe(options.out, plan, seconds));
	if (json) process.stdout.write(`${JSON.stringify(plan)}\n`);
}

function describe(out: string, plan: CurriculumPlan, seconds: number): string {
	const { totals, stages, tokensPerStep } = plan;
	const lines = [
		`Planned ${out} in ${durationText(seconds)}`,
		`  steps      ${grouped(totals.steps)} of ${grouped(tokensPerStep)} tokens${stages.some(({ pools }) => pools !== null) ? " at most" : ""}`,
	];
	for (const [i, stage] of stages.entries()) {
		if (stages.length > 1)
			lines.push(
				`  stage ${i + 1}    ${counted(stage.steps, "step")}, ${stage.asked.schedule}`,
			);
		for (const { length, batchRows, steps, leftRows } of stage.buckets)
			lines.push(
				stage.pools === null
					? `    ${grouped(length).padEnd(9)}${counted(steps, "step")} of ${counted(batchRows, "row")}${leftRows > 0 ? `; ${counted(leftRows, "row")} fill none` : ""}`
					: `    ${grouped(length).padEnd(9)}${counted(steps, "step")}`,
			);
		if (stage.pools !== null)
			lines.push(
				`  padding    ${percent(1 - stage.tokens / stage.pools.paddedTokens)} (${grouped(stage.pools.paddedTokens - stage.tokens)} tokens); ${counted(stage.pools.leftSequences, "sequence")} in no step`,
			);
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
	return `${lines.join("\n")}\n`;
}
