import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import {
	type BatchStreamName,
	batchStreams,
} from "../src/batches/batch-streams.js";
import { openBatches } from "../src/batches/open-batches.js";
import { batchColumns } from "../src/masks/columns.js";
import { sequenceShares } from "../src/masks/sequence-parallel.js";
import type { BatchOptions, BatchState } from "../src/options/batches.js";
import { parseCount } from "./numbers.js";

export function batchesCommand(): Command {
	const count = (flags: string, text: string) =>
		new Option(flags, text).argParser(parseCount);
	return new Command("batches")
		.description("Stream one rank's batches of a plan to stdout.")
		.argument("<plan>", "a directory that seqpack curriculum wrote")
		.addOption(count("--rank <n>", "this rank, from 0 (default: 0)"))
		.addOption(
			count("--world-size <n>", "how many ranks there are (default: 1)"),
		)
		.addOption(count("--from-step <n>", "first step (default: 0)"))
		.addOption(
			count("--steps <n>", "how many steps (default: all that follow)"),
		)
		.addOption(
			new Option(
				"--state <file>",
				'go on where a run was: JSON such as {"plan":"...","step":1200}',
			).argParser(readState),
		)
		.addOption(
			new Option("--format <name>", "what is written (default: arrow)")
				.choices(batchStreams.names)
				.default("arrow", "an Arrow IPC stream"),
		)
		.addOption(
			new Option(
				"--columns <names>",
				`columns to make besides, of ${batchColumns.join(", ")}`,
			).argParser((names: string) => names.split(",")),
		)
		.option(
			"--balance-ranks",
			"share rows out so that the ranks' costs are near equal",
		)
		.addOption(
			count(
				"--sequence-parallel <n>",
				"ranks that share each row (default: 1)",
			),
		)
		.addOption(
			new Option(
				"--sequence-shares <how>",
				"how rows are cut (default: contiguous)",
			).choices(sequenceShares.names),
		)
		.addOption(
			new Option(
				"--datasets <dir...>",
				"where the plan's datasets are, if they were moved",
			),
		)
		.addOption(
			count(
				"--read-ahead <n>",
				"steps to read before they are asked for (default: 4)",
			),
		)
		.addHelpText(
			"after",
			`
Example:
  seqpack batches plan/ --rank 0 --world-size 8 --from-step 1200 | python train.py`,
		)
		.action(run);
}

type Flags = BatchOptions & { format: BatchStreamName };

function readState(path: string): BatchState {
	try {
		return JSON.parse(readFileSync(path, "utf8"));
	} catch (error) {
		throw new InvalidArgumentError(
			`${path} cannot be read as a state: ${(error as Error).message}.`,
		);
	}
}

async function run(plan: string, { format, ...options }: Flags): Promise<void> {
	const batches = await openBatches(plan, options);
	for await (const part of batchStreams.find(format).encode(batches))
		await write(part);
	const { imbalance } = batches;
	if (imbalance !== null)
		process.stderr.write(
			`seqpack: the costliest rank of a step has ${imbalance.shared.toFixed(4)} times the mean; in the rows' order it would be ${imbalance.inOrder.toFixed(4)}\n`,
		);
}

/** Waits while the reader of stdout is slower. */
function write(part: Uint8Array | string): Promise<void> | undefined {
	if (process.stdout.write(part)) return undefined;
	return new Promise((resolve) =>
		process.stdout.once("drain", () => resolve()),
	);
}
