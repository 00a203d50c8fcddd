import { BucketOutput } from "./bucket-output.js";
import type { Output, OutputContext } from "./output.js";
import { PackedOutput } from "./packed-output.js";

/** The output of a task, by the layout of the dataset. */
export function createOutput(context: OutputContext): Output {
	const { buckets } = context.plan.settings;
	return buckets === null
		? new PackedOutput(context)
		: new BucketOutput(context, buckets);
}
