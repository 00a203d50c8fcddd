import type { Random } from "../core/random.js";
import type { TokenBatch } from "../core/token-batch.js";
import type { SequencePlaces } from "../dataset/index-rows.js";
import type { ManifestFile, ManifestShard } from "../dataset/manifest.js";
import type { Totals } from "../dataset/totals.js";
import type { Pieces } from "../decompose/pieces.js";
import type { Storage } from "../storage/storage.js";
import type { Plan } from "./plan.js";

/** Documents of a window, tokenized. */
export interface WindowDocuments {
	documents: TokenBatch;
	/** Tokens of each. */
	lengths: Int32Array;
	/** Number in the task of the first. */
	firstDocument: number;
}

/** What became of a window's documents. */
export interface WindowResult {
	/** The sequences that are kept, in the order of documents and starts. */
	pieces: Pieces;
	places: SequencePlaces;
	/** Tokens of each document that are in no sequence, and why. */
	dropped: Int32Array;
	reason: (document: number) => string;
}

/** What a task leaves once all its windows are written. */
export interface OutputFiles {
	shards: ManifestShard[];
	/** Packs left to a remainder task, where there are any. */
	remainder: ManifestFile | null;
	/** How many sequences take the room of how many tokens; empty where nothing is packed. */
	rooms: Float64Array;
}

/** Makes rows of documents, in the layout of a dataset, and writes the shards of a task. */
export interface Output {
	/** Milliseconds spent encoding and writing. */
	readonly writeTime: number;
	write(window: WindowDocuments, random: Random): Promise<WindowResult>;
	finish(): Promise<OutputFiles>;
	abort(): Promise<void>;
}

/** What an output is made for. */
export interface OutputContext {
	storage: Storage;
	out: string;
	plan: Plan;
	task: number;
	/** Is added to. */
	totals: Totals;
}
