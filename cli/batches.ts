import { batchStreams } from "../src/batches/batch-streams.js";
import { openBatches } from "../src/batches/open-batches.js";
import { entryOf, required, text } from "../src/core/option.js";
import { batchesTable } from "../src/options/batches.js";
import { commandOf } from "./command.js";
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
};

export const batchesCommand = () =>
	commandOf({
		name: "batches",
		description: "Stream one rank's batches of a plan to stdout.",
		table: batchesCommandTable,
		arguments: ["plan"],
		examples: [
			"seqpack batches plan/ --rank 0 --world-size 8 --from-step 1200 | python train.py",
		],
		async run({ plan, format = "arrow", ...options }) {
			const { encode } = batchStreams.find(format);
			const batches = await openBatches(plan, options);
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
