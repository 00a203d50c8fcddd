import type { Storage } from "../storage/storage.js";
import {
	LANE_BATCH_ROWS,
	type LaneDocument,
	lanesSchema,
} from "./lanes-file.js";
import { NumberRowsWriter } from "./number-rows-writer.js";

/** Writes the documents of lanes, one after the other. */
export type LanesWriter = NumberRowsWriter<LaneDocument>;

export function createLanesWriter(
	storage: Storage,
	path: string,
): Promise<LanesWriter> {
	return NumberRowsWriter.create<LaneDocument>(
		storage,
		path,
		lanesSchema,
		LANE_BATCH_ROWS,
		{
			lane: ({ lane }) => lane,
			first_step: ({ firstStep }) => firstStep,
			dataset: ({ dataset }) => dataset,
			tokens: ({ tokens }) => tokens,
			prefix_length: ({ prefixLength }) => prefixLength,
			row: ({ row }) => row,
		},
	);
}
