import type { LeftOutSummary } from "../sources/find/left-out.js";
import type { RowGroup } from "./row-groups.js";
import type { Settings } from "./settings.js";
import type { Summary } from "./summary.js";
import type { ShardCounts, Totals } from "./totals.js";

/** The name of the manifest in a dataset's directory. */
export const MANIFEST = "seqpack.json";

/**
 * Raised when the layout of the manifest or of the dataset changes; not where the
 * manifest has one more field that readers can do without.
 */
export const FORMAT_VERSION = 5;

/** A file of the dataset, by its path below the dataset's directory. */
export interface DatasetFile {
	path: string;
	bytes: number;
	/** In hexadecimal. */
	sha256: string;
}

/** A shard, as the task that wrote it knows it. */
export interface ShardOfTask extends DatasetFile, ShardCounts, RowGroup {
	/** The task that wrote it, its number among the task's shards, and the length of its bucket. */
	task: number;
	number: number;
	bucket: number;
}

export interface ManifestShard extends ShardOfTask {
	/** The name of the source that its rows are of; null where there is one without a name. */
	source: string | null;
}

/** A task's part of the index, as the task knows it: a row a document. */
export interface IndexOfTask extends DatasetFile {
	task: number;
	rows: number;
}

export interface ManifestIndex extends IndexOfTask {
	/** The name of the source of its documents. */
	source: string | null;
}

/** What a task has read for a store: the lengths of its documents, a row each. */
export interface LengthsOfTask extends IndexOfTask, TokenTotals {
	/** As those of `Totals`. */
	noted: Record<string, number>;
	specialsInText?: NonNullable<Totals["specialsInText"]>;
}

export interface ManifestLengths extends LengthsOfTask {
	/** The name of the source of its documents. */
	source: string | null;
}

/** The store that has the tokens of an index of rows. */
export interface ManifestStore {
	/** Its directory, from that of the index where both are on the same storage. */
	path: string;
	planHash: string;
}

/** What a store was before documents were added to it: its first tasks, and its first inputs. */
export interface EarlierState {
	planHash: string;
	/** Version of seqpack that made it of the state before, or made it. */
	seqpackVersion: string;
	tasks: number;
	inputs: number;
}

export interface ManifestInput {
	/** What the output calls the file. */
	source: string;
	bytes: number;
	fingerprint: string;
	/** The name of its source; left out where there is one source. */
	of?: string | null;
}

/** What the documents of one source come to. */
export interface SourceTotals extends ReadTotals, ShardCounts {
	name: string | null;
}

type TokenTotals = Pick<
	Totals,
	"documents" | "textBytes" | "textTokens" | "specialTokens"
>;

type ReadTotals = TokenTotals & Pick<Totals, "records">;

/** The list of records that were passed over. */
export interface ManifestSkipped extends DatasetFile {
	rows: number;
}

/** The list of spans that a recipe has put into documents. */
export interface ManifestInjected extends DatasetFile {
	rows: number;
}

/** How the records of a source were composed before they were read. */
export interface ManifestComposed {
	/** The name of the source; null where there is one without a name. */
	source: string | null;
	/** SHA-256 of the recipe, with the lists that it names. */
	recipe: string;
	seed: number;
	/** Records read, and those among them that could not be used or were not wanted, by reason. */
	read: number;
	skipped: Record<string, number>;
	leftOut: Record<string, number>;
	/** Composed records. */
	records: number;
	/** What the recipe's steps counted, by name. */
	counts: Record<string, number>;
	/** The list of spans that were put in; null: none were. */
	injected: Omit<ManifestInjected, "path"> | null;
}

export interface Manifest {
	formatVersion: number;
	/** Version of seqpack that made the dataset. */
	seqpackVersion: string;
	/** Identifies input, settings and tokenizer together. */
	planHash: string;
	/** The planHash of the dataset that this is the same as, in shards of another format. Left out: it was built as it is. */
	convertedFrom?: string;
	settings: Settings;
	onError: "stop" | "skip";
	tokenizer: {
		/** SHA-256 of tokenizer.json. */
		fingerprint: string;
		engine: string;
		vocabSize: number;
	};
	inputs: ManifestInput[];
	/** What was met where the inputs are, and is none; older manifests do not say. */
	leftOutInputs?: LeftOutSummary[];
	/** Tasks that read the input, numbered from 0, and tasks after them that packed what those left over. */
	tasks: { read: number; repack: number };
	totals: Totals;
	/** Of each source, as the settings have them. */
	sources: SourceTotals[];
	/** What the totals come to. */
	summary: Summary;
	shards: ManifestShard[];
	/** Of a packing by index, the documents that have tokens in no row. */
	index: ManifestIndex[];
	/** Of a store: what packing reads instead of tokens. */
	lengths?: ManifestLengths[];
	/** Of a store to which documents were added: what it was before, the oldest first. */
	history?: EarlierState[];
	/** Of a packing by index: where the tokens of its rows are. */
	store?: ManifestStore;
	skipped: ManifestSkipped | null;
	/** Of records that a recipe has composed. */
	composed?: ManifestComposed[];
	/** Spans that stand in documents of the dataset; left out: none do. */
	injected?: ManifestInjected;
	/** The dataset card, and what readers of the format want beside the shards. */
	beside: DatasetFile[];
}

/** All files of a dataset but its manifest; also of a manifest of another version, which may lack some lists. */
export function filesOf({
	shards = [],
	index = [],
	lengths = [],
	skipped = null,
	injected,
	beside = [],
}: Partial<Manifest>): DatasetFile[] {
	const lists = [skipped ?? [], injected ?? []].flat();
	return [...shards, ...index, ...lengths, ...lists, ...beside];
}
