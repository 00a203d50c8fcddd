import type { DatasetFile } from "../dataset/manifest.js";
import type { Schema } from "../tables/columns.js";

/** The name of a plan's lanes, in its directory, by their SHA-256. */
export function lanesName(sha256: string): string {
	return `lanes-${sha256.slice(0, 8)}.arrow`;
}

/**
 * A row for each time that a document is read: window by window, in a window lane by lane, and those of a lane in
 * the order in which it reads them.
 */
export const lanesSchema: Schema = [
	{ name: "lane", type: "int32" },
	/** The step at which the lane reads its first chunk. */
	{ name: "first_step", type: "int32" },
	{ name: "dataset", type: "int32" },
	/** Its tokens, less what is left out, and how many of them are before the first one to train on. */
	{ name: "tokens", type: "int32" },
	{ name: "prefix_length", type: "int32" },
	/** Its row in the dataset, counted over the shards in the manifest's order. */
	{ name: "row", type: "int64" },
];

/** Rows of a record batch of the lanes. */
export const LANE_BATCH_ROWS = 1 << 16;

/** A document that a lane reads: see `lanesSchema`. */
export interface LaneDocument {
	lane: number;
	firstStep: number;
	dataset: number;
	tokens: number;
	prefixLength: number;
	row: number;
}

/** Documents that were given to lanes together. */
export interface LaneWindow {
	rows: number;
	/** The first step at which one of them is read, and the one after the last. */
	firstStep: number;
	endStep: number;
}

/** What a plan says of its lanes. */
export interface PlanLanes extends DatasetFile {
	/** How many there are, and the tokens that each reads of a document in a step. */
	count: number;
	chunk: number;
	/** Rows of the file: documents, as often as they are read. */
	rows: number;
	windows: LaneWindow[];
	/** Chunks of all documents, and how often a lane has none in a step. */
	chunks: number;
	idle: number;
	/** What the steps cannot be fewer than, however documents are given to lanes. */
	leastSteps: number;
	/** Chunks of the longest document. */
	longest: number;
	/** Documents without tokens, and held out: in no lane, counted in each epoch. */
	emptyDocuments: number;
	heldOutDocuments: number;
	/** Documents that were cut after a number of chunks, and the tokens left out. */
	cutDocuments: number;
	cutTokens: number;
}
