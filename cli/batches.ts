import { batchStreams } from "../src/batches/batch-streams.js";
import { openBatches } from "../src/batches/open-batches.js";
import { optionName, UsageError } from "../src/core/errors.js";
import { entryOf, required, text } from "../src/core/option.js";
import { quoted } from "../src/core/text.js";
import { batchKinds } from "../src/curriculum/batch-kinds.js";
import { batchesTable } from "../src/options/batches.js";
import { commandOf } from "./command.js";
import { toldTable } from "./output-options.js";
import { say } from "./say.js";
import { writeOut } from "./streams.js";

export const batchesCommandTable = {
	plan: required(
		text({
			placeholder: "plan",
			help: "a directory that seqpack curriculum wrote",
		}),
	),
	...batchesTable,
	format: entryOf(batchStreams, {
		default: "arrow",
		help: `what is written: ${batchStreams
			.entries()
			.map(([name, { meaning }]) => `${name}, ${meaning}`)
			.join("; ")}`,
	}),
	...toldTable,
};

export const batchesCommand = () =>
	commandOf({
		name: "batches",
		description: "Stream one rank's batches of a plan to stdout.",
		table: batchesCommandTable,
		arguments: ["plan"],
		notes: `If neither --rank nor --world-size is given, RANK and WORLD_SIZE of the environment are
used, as torchrun sets them. batches_left says how many batches follow: a stream that does
not end with 0 was cut.`,
		examples: [
			"seqpack batches plan/ --rank 0 --world-size 8 --from-step 1200 | python train.py",
		],
		async run({ plan, format = "arrow", ...options }) {
			const { encode } = batchStreams.find(format);
			const ranks =
				options.rank === undefined && options.worldSize === undefined
					? ranksOf(process.env)
					: {};
			const batches = await openBatches(plan, { ...options, ...ranks });
			if (
				batches.columns.includes("attention_mask") &&
				batchKinds.find(batches.plan.batches).items === "rows"
			)
				say(
					"seqpack: rows may have several sequences, and trainers that are given an attention_mask take each row for one: leave it out, and give position_ids\n",
				);
			for await (const part of encode(batches))
				if (!(await writeOut(part))) return 0;
			const { imbalance } = batches;
			if (imbalance !== null)
				say(
					`seqpack: the costliest rank of a step has ${imbalance.shared.toFixed(4)} times the mean; in the rows' order it would be ${imbalance.inOrder.toFixed(4)}\n`,
				);
			return 0;
		},
	});

/**
 * The rank that the environment says, which is told; none where it says nothing.
 * @throws UsageError where it says half of it, or no numbers
 */
function ranksOf({ RANK, WORLD_SIZE }: NodeJS.ProcessEnv): {
	rank?: number;
	worldSize?: number;
} {
	if (!RANK && !WORLD_SIZE) return {};
	const rank = wholeNumber(RANK);
	const worldSize = wholeNumber(WORLD_SIZE);
	if (rank === null || worldSize === null)
		throw new UsageError(
			"bad-option",
			`the environment has RANK ${quoted(RANK ?? null)} and WORLD_SIZE ${quoted(WORLD_SIZE ?? null)}, which are no two whole numbers: give ${optionName("rank")} and ${optionName("worldSize")}.`,
		);
	say(`seqpack: rank ${rank} of ${worldSize}, as RANK and WORLD_SIZE say\n`);
	return { rank, worldSize };
}

const wholeNumber = (text: string | undefined) =>
	text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
