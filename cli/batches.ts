import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Batch, batchSchema } from "../src/batches/batch.js";
import {
	type BatchOptions,
	type BatchState,
	openBatches,
} from "../src/batches/open-batches.js";
import { batchColumns } from "../src/masks/batch-columns.js";
import { sequenceShares } from "../src/masks/sequence-parallel.js";
import { ArrowStreamEncoder } from "../src/tables/arrow-stream.js";
import { columnOf } from "../src/tables/columns.js";
import { parseCount } from "./numbers.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

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
				.choices(["arrow", "jsonl"])
				.default("arrow", "an Arrow IPC stream"),
		)
		.addOption(
			new Option(
				"--columns <names>",
				`columns to make besides, of ${Object.keys(batchColumns).join(", ")}`,
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
			).choices([...sequenceShares]),
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

type Flags = BatchOptions & { format: "arrow" | "jsonl" };

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
	const { planHash, batches: kind } = batches.plan;
	const schema = batchSchema(kind, batches.columns);
	const metadata = new Map([["seqpack.plan", planHash]]);
	const encoder =
		format === "arrow" ? new ArrowStreamEncoder(schema, metadata) : null;
	const imbalance = { steps: 0, shared: 0, inOrder: 0 };
	for await (const batch of batches) {
		const parts = encoder?.encode(batch) ?? [jsonLine(batch, batches.columns)];
		for (const part of parts) if (!(await writeOut(part))) return;
		if (batch.imbalance === null) continue;
		imbalance.steps++;
		imbalance.shared += batch.imbalance.shared;
		imbalance.inOrder += batch.imbalance.inOrder;
	}
	for (const part of encoder?.end() ?? []) await writeOut(part);
	if (imbalance.steps > 0)
		say(
			`seqpack: the costliest rank of a step has ${(imbalance.shared / imbalance.steps).toFixed(4)} times the mean; in the rows' order it would be ${(imbalance.inOrder / imbalance.steps).toFixed(4)}\n`,
		);
}

/** One line a batch; every list has an entry for each row. */
function jsonLine(batch: Batch, columns: readonly string[]): string {
	const { step, stage, length } = batch;
	const lists = (name: string) => {
		const { values, offsets } = columnOf(batch, name, "list<int32>");
		return Array.from({ length: batch.rows }, (_, i) =>
			Array.from(values.subarray(offsets[i], offsets[i + 1])),
		);
	};
	const numbers = (name: string) => {
		const column = batch.columns[name];
		return Array.from(column.values as ArrayLike<number | bigint>, Number);
	};
	const line: Record<string, unknown> = { step, stage, length };
	for (const name of ["dataset", "bucket", "row"]) line[name] = numbers(name);
	if ("start" in batch.columns) line.start = numbers("start");
	for (const name of ["input_ids", "seq_lengths", ...columns])
		line[name] = lists(name);
	return `${JSON.stringify(line)}\n`;
}
