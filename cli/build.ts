import { flag, grouped, text } from "../src/core/option.js";
import { build } from "../src/engines/build.js";
import { type BuildOptions, buildTable } from "../src/options/build.js";
import { readBuildConfig } from "../src/options/build-config.js";
import { estimateBuild } from "../src/report/estimate-build.js";
import { commandOf, NUMBERS_NOTE } from "./command.js";
import { describeEstimate, estimateSummary } from "./describe-estimate.js";
import { outputTable } from "./output-options.js";
import { runBuild } from "./run-build.js";
import { escaped } from "./say.js";
import { writeOut } from "./streams.js";

export const buildCommandTable = {
	...buildTable,
	...grouped("Sources", {
		config: text({
			placeholder: "file",
			help: "a YAML or JSON file with options, and with several sources: see seqpack init",
			defaultText: "none",
		}),
	}),
	...grouped("Running", {
		dryRun: flag({
			default: false,
			help: "write nothing; print the plan, what a sample of the input comes to, and what would be left out",
		}),
	}),
	...outputTable,
};

export const buildCommand = () =>
	commandOf({
		name: "build",
		description:
			"Build a dataset of packed token rows, or of sequences by length, from text.",
		table: buildCommandTable,
		arguments: ["inputs"],
		notes: `${NUMBERS_NOTE}
Ctrl-C stops cleanly; the same command goes on where it stopped.`,
		examples: [
			"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/",
			"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --layout buckets --out buckets/",
			"seqpack build corpus/ --tokenizer tokenizer.json --layout documents --append --out store/",
			"seqpack build --config seqpack.yaml --workers 8",
			"seqpack build --config seqpack.yaml --dry-run",
		],
		async run({ json, quiet, config, dryRun, ...given }) {
			const options = await withConfig(config, given);
			return runBuild("build", { json, quiet }, async (running) => {
				if (!dryRun) return build({ ...options, ...running });
				const { signal } = running;
				const estimate = await estimateBuild({ ...options, signal });
				await writeOut(
					json
						? `${JSON.stringify(estimateSummary(estimate))}\n`
						: escaped(describeEstimate(estimate)),
				);
				return null;
			});
		},
	});

/** The options of a command line, and those of a file that it does not give. */
async function withConfig(
	config: string | undefined,
	{ inputs = [], ...given }: BuildOptions,
): Promise<BuildOptions> {
	const own = inputs.length > 0 ? { ...given, inputs } : given;
	if (config === undefined) return own;
	return { ...(await readBuildConfig(config)), ...own };
}
