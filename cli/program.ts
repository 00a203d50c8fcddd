import { Command, CommanderError } from "commander";
import { exitCodes } from "../src/core/exit-codes.js";
import { version } from "../src/version.js";
import { auditCommand } from "./audit.js";
import { batchesCommand } from "./batches.js";
import { buildCommand } from "./build.js";
import { Failed } from "./command.js";
import { completionCommand } from "./completion.js";
import { composeCommand } from "./compose.js";
import { convertCommand } from "./convert.js";
import { curriculumCommand } from "./curriculum.js";
import { diffCommand } from "./diff.js";
import { exportCommand } from "./export.js";
import { failWith } from "./fail.js";
import { finalizeCommand } from "./finalize.js";
import { initCommand } from "./init.js";
import { inspectCommand } from "./inspect.js";
import { packCommand } from "./pack.js";
import { planCommand } from "./plan.js";
import { pythonCommand } from "./python.js";
import { reportCommand } from "./report.js";
import { runTasksCommand } from "./run-tasks.js";
import { say } from "./say.js";
import { statusCommand } from "./status.js";
import { tokenizerCommand } from "./tokenizer.js";
import { traceCommand } from "./trace.js";
import { verifyCommand } from "./verify.js";

/**
 * Runs a command.
 * @param args what stands behind `seqpack`
 * @returns its exit code
 */
export async function run(args: readonly string[]): Promise<number> {
	const program = createProgram();
	throwInsteadOfExit(program);
	try {
		await program.parseAsync(args, { from: "user" });
		return 0;
	} catch (error) {
		if (error instanceof Failed) return error.exitCode;
		if (!(error instanceof CommanderError)) return failWith(error);
		// Help and version that were asked for are no wrong use.
		return error.exitCode === 0 ? exitCodes.done.code : exitCodes.usage.code;
	}
}

/** Command lines that show what there is. */
const examples = [
	"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/",
	"seqpack verify data/",
	"seqpack inspect data/ --tokenizer tokenizer.json",
	"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/ --executor slurm",
	"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --layout buckets --out buckets/",
	"seqpack curriculum buckets/ --schedule grow-p2 --cycles 8 --tokens-per-step 512K --out plan/",
	"seqpack batches plan/ --rank 0 --world-size 8 --from-step 1200 | python train.py",
	"seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --layout documents --out store/",
	"seqpack pack store/ --seq-len 32768 --out packing/",
	"seqpack pack --compare data/ --seq-len 32768",
	"seqpack export data/ --to megatron --out megatron/",
	"seqpack convert data/ --format arrow --out data-arrow/",
	"seqpack tokenizer inspect tokenizer.json",
];

/** The command with all of its commands. */
export function createProgram(): Command {
	const program = new Command("seqpack");
	return program
		.description(
			"Text corpora in, packed token shards out: training data for language models.",
		)
		.version(version)
		.option(
			"--s3-endpoint <url>",
			"where s3:// is, if not at Amazon (AWS_ENDPOINT_URL_S3)",
		)
		.hook("preAction", (program) => {
			const { s3Endpoint } = program.opts();
			// Workers, and jobs of a cluster, have what the environment has.
			if (s3Endpoint !== undefined)
				process.env.AWS_ENDPOINT_URL_S3 = s3Endpoint;
		})
		.addCommand(buildCommand())
		.addCommand(planCommand())
		.addCommand(runTasksCommand())
		.addCommand(statusCommand())
		.addCommand(finalizeCommand())
		.addCommand(initCommand())
		.addCommand(inspectCommand())
		.addCommand(verifyCommand())
		.addCommand(traceCommand())
		.addCommand(diffCommand())
		.addCommand(auditCommand())
		.addCommand(reportCommand())
		.addCommand(composeCommand())
		.addCommand(curriculumCommand())
		.addCommand(batchesCommand())
		.addCommand(packCommand())
		.addCommand(exportCommand())
		.addCommand(convertCommand())
		.addCommand(pythonCommand())
		.addCommand(tokenizerCommand())
		.addCommand(completionCommand(() => program))
		.addHelpText(
			"after",
			`
Example:
${examples.map((line) => `  ${line}`).join("\n")}

Exit codes:
${Object.values(exitCodes)
	.map(({ code, means }) => `  ${String(code).padEnd(4)} ${means}`)
	.join("\n")}`,
		);
}

function throwInsteadOfExit(command: Command): void {
	command
		.exitOverride()
		.configureOutput({ writeErr: (lines) => say(lines, "error") })
		.configureHelp({ showGlobalOptions: true });
	command.commands.forEach(throwInsteadOfExit);
}
