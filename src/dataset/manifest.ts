import type { Settings } from "./settings.js";
import type { Summary } from "./summary.js";
import type { Totals } from "./totals.js";

/** The name of the manifest in a dataset's directory. */
export const MANIFEST = "seqpack.json";

/** Raised when the layout of the manifest or of the dataset changes. */
export const FORMAT_VERSION = 1;

export interface ManifestFile {
	/** Path in the dataset's directory. */
	path: string;
	rows: number;
	bytes: number;
	sha256: string;
}

export interface ManifestShard extends ManifestFile {
	/** Sequences and tokens in the shard's rows. */
	sequences: number;
	tokens: number;
}

export interface Manifest {
	formatVersion: number;
	/** Version of seqpack that made the dataset. */
	seqpackVersion: string;
	/** Identifies input, settings and tokenizer together. */
	planHash: string;
	settings: Settings;
	onError: "stop" | "skip";
	tokenizer: {
		/** SHA-256 of tokenizer.json. */
		fingerprint: string;
		engine: string;
		vocabSize: number;
	};
	inputs: { source: string; bytes: number; fingerprint: string }[];
	tasks: number;
	/** Tasks numbered after those, whose shards hold what they left over. */
	remainderTasks: number;
	totals: Totals;
	/** What the totals come to. */
	summary: Summary;
	shards: ManifestShard[];
	index: ManifestFile[];
	/** The list of records that were passed over, where there are any. */
	skipped: ManifestFile | null;
}
