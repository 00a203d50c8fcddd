import { flag, grouped } from "../src/core/option.js";
import { resolveOptions } from "../src/core/resolve-options.js";
import { redactedJson } from "../src/core/secrets.js";
import { build } from "../src/engines/build.js";
import { engines } from "../src/engines/engines.js";
import { executorTable, submitBuild } from "../src/engines/submit.js";
import { buildTable } from "../src/options/build.js";
import { estimateBuild } from "../src/report/estimate-build.js";
import { commandOf, NUMBERS_NOTE, pickOptions } from "./command.js";
import { config, withConfig } from "./config-option.js";
import { describeEstimate, estimateSummary } from "./describe-estimate.js";
import {
	describeSubmission,
	submissionSummary,
} from "./describe-submission.js";
import { outputTable } from "./output-options.js";
import { runBuild, runTold } from "./run-build.js";
import { escaped } from "./say.js";
import { writeOut } from "./streams.js";
import { note, noteOut } from "./under-way.js";

export const buildCommandTable = {
	...buildTable,
	...config,
	...executorTable,
	...grouped("Running", {
		dryRun: flag({
			default: false,
			help: "write nothing; estimate from a sample what would be written and left out, and what it takes",
		}),
	}),
	...outputTable,
};

export const buildCommand = () =>
	commandOf({
		name: "build",
		description:
			"Build a dataset from text: packed token rows, buckets of a few lengths, or a store.",
		table: buildCommandTable,
		arguments: ["inputs"],
		notes: `${NUMBERS_NOTE}
Ctrl-C stops cleanly; the same command resumes where it stopped.`,
		isReported: true,
		examples: [
			"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/",
			"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --layout buckets --out buckets/",
			"seqpack build corpus/ --tokenizer tokenizer.json --layout documents --append --out store/",
			"seqpack build --config seqpack.yaml --workers 8",
			"seqpack build --config seqpack.yaml --dry-run",
			'seqpack build --config seqpack.yaml --executor slurm --slurm-args "--partition=cpu --time=4:00:00"',
		],
		async run({ json, config, dryRun, ...all }) {
			const executor = pickOptions(executorTable, all);
			const given = pickOptions(buildTable, all);
			const options = await withConfig(config, given);
			note({ options });
			if (!dryRun) noteOut(options.out);
			const engine = engines.find(
				resolveOptions(executorTable, executor).executor,
			);
			if (!dryRun && engine.submit !== undefined)
				return runTold(
					json,
					async ({ onNotice, onProgress }, clear) => {
						const result = await submitBuild({
							...options,
							...executor,
							onNotice,
							onProgress,
						});
						clear();
						if (!json && result.text !== null) await writeOut(result.text);
						for (const notice of result.notices) onNotice(notice, "info");
						return result;
					},
					describeSubmission,
					submissionSummary,
				);
			return runBuild("build", json, async (running, clear) => {
				if (!dryRun) return build({ ...options, ...running });
				const { signal, onProgress } = running;
				const estimate = await estimateBuild({
					...options,
					signal,
					onProgress,
				});
				clear();
				await writeOut(
					json
						? `${redactedJson(estimateSummary(estimate))}\n`
						: escaped(describeEstimate(estimate)),
				);
				return null;
			});
		},
	});
