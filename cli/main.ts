#!/usr/bin/env node
import { Command } from "commander";
import { version } from "../src/version.js";
import { batchesCommand } from "./batches.js";
import { buildCommand } from "./build.js";
import { curriculumCommand } from "./curriculum.js";
import { failWith } from "./fail.js";
import { packCommand } from "./pack.js";
import { tokenizerCommand } from "./tokenizer.js";
import { verifyCommand } from "./verify.js";

const program = new Command("seqpack")
	.description(
		"Text corpora in, packed token shards out: training data for language models.",
	)
	.version(version)
	.addCommand(buildCommand())
	.addCommand(verifyCommand())
	.addCommand(curriculumCommand())
	.addCommand(batchesCommand())
	.addCommand(packCommand())
	.addCommand(tokenizerCommand())
	.addHelpText(
		"after",
		`
Example:
  seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --seq-len 8192 --out data/
  seqpack verify data/
  seqpack build corpus/*.jsonl.gz --tokenizer tokenizer.json --layout buckets --out buckets/
  seqpack curriculum buckets/ --schedule grow-p2 --cycles 8 --tokens-per-step 512K --out plan/
  seqpack batches plan/ --rank 0 --world-size 8 --from-step 1200 | python train.py
  seqpack pack --compare data/ --seq-len 32768
  seqpack tokenizer inspect tokenizer.json

Exit codes: 0 done, 1 failed and a retry may mend it, 2 wrong use, 4 bad data,
130 stopped by Ctrl-C, 143 stopped by SIGTERM.`,
	);

// Wrong use is exit code 2; help and version that were asked for are not wrong.
exitByCode(program);

// A reader that closes the pipe early (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code === "EPIPE") process.exit(0);
	throw error;
});

try {
	await program.parseAsync();
} catch (error) {
	process.exitCode = failWith(error);
}

function exitByCode(command: Command): void {
	command.exitOverride((error) => {
		process.exit(error.exitCode === 0 ? 0 : 2);
	});
	command.commands.forEach(exitByCode);
}
