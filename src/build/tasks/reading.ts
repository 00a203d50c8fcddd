import { documentTaker } from "../../documents/take-documents.js";
import { type ReadOptions, readSpans } from "../../sources/read-records.js";
import { storageAt } from "../../storage/storages.js";
import { inputFile, type Plan, type ReadTask } from "../plan.js";

/** The documents of a task's spans. */
export function readingOf(
	{ inputs, settings, onError }: Plan,
	{ spans }: Pick<ReadTask, "spans">,
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
			taker: documentTaker(settings, hashes),
			hasEnough,
			onBadRecord: onError === "skip" ? onBadRecord : null,
		},
	);
}
