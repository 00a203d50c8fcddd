import { documentTaker } from "../../documents/take-documents.js";
import { type ReadOptions, readSpans } from "../../sources/read-records.js";
import { storageAt } from "../../storage/storages.js";
import { inputFile, type Plan } from "../plan.js";
import type { ReadTask } from "../tasks-of-plan.js";

/** The documents of a task's spans. */
export function readingOf(
	{ inputs, settings, onError }: Plan,
	{ spans, source }: Pick<ReadTask, "spans" | "source">,
	{
		hashes,
		onBadRecord,
		hasEnough,
	}: { hashes: boolean } & Pick<ReadOptions, "onBadRecord" | "hasEnough">,
) {
	return readSpans(
		spans.map(({ input, ...span }) => ({
			storage: storageAt(inputs[input].path),
			file: inputFile(inputs[input], settings),
			span,
		})),
		{
			taker: documentTaker(settings.sources[source], hashes),
			hasEnough,
			onBadRecord: onError === "skip" ? onBadRecord : null,
		},
	);
}
