/** What a path can be. */
export type FigureKind =
	| "dataset"
	| "store"
	| "packing"
	| "plan"
	| "records"
	| "export"
	| "shard"
	| "corpus";

/**
 * What there is to see of a path, by kinds alike: `inspect` shows it in a terminal, `report`
 * draws it. It is JSON, and counts in it are those of the manifest or plan. What was counted over a
 * part says so in `notes`. Lists are bounded whatever the dataset: see `Grouped`.
 */
export interface Figures {
	version: 1;
	kind: FigureKind;
	/** As it was given, without credentials. */
	path: string;
	/** Single facts, in the order to be shown: `tokenizer`, `packer`, `made by`. */
	facts: Fact[];
	/** What cannot be read, or not be built from, and why, as sentences: a report says it first. */
	faults: string[];
	/** What is worth knowing of how this was counted, as sentences. */
	notes: string[];
	totals: TotalFigures;
	documentLengths: LengthHistogram | null;
	sequenceLengths: LengthHistogram | null;
	/** Rows by how many sequences they have. */
	sequencesPerRow: LengthHistogram | null;
	rows: RowFigures | null;
	buckets: Grouped<BucketFigures>;
	sources: Grouped<SourceFigures>;
	/** Documents and tokens in no row, by reason; of a corpus, what would be. */
	dropped: { reason: string; documents: number; tokens: number }[];
	samples: SampleRow[];
	plan: PlanFigures | null;
	/** Of a raw corpus: what to build of it. */
	advice: Advice | null;
}

export interface Fact {
	name: string;
	value: string;
}

/** Null: this kind of path does not say. */
export interface TotalFigures {
	records: number | null;
	documents: number | null;
	sequences: number | null;
	rows: number | null;
	tokens: number | null;
	/** Tokens that are to be predicted. */
	labels: number | null;
	textBytes: number | null;
	files: number | null;
	bytes: number | null;
}

/** The largest of a list, and the sum of the rest. */
export interface Grouped<T> {
	entries: T[];
	/** What is not in `entries`; null where nothing is. */
	rest: { count: number; tokens: number; rows: number } | null;
}

/**
 * How many there are of each length, by ranges that grow with the length: four to a doubling,
 * one by one below 8.
 */
export interface LengthHistogram {
	count: number;
	tokens: number;
	min: number;
	max: number;
	bins: LengthBin[];
}

/** Lengths in first..last. */
export interface LengthBin {
	first: number;
	last: number;
	count: number;
	tokens: number;
}

/** Names and meanings as in `Summary`. */
export interface RowFigures {
	/** Of the longest rows; null: of any. */
	length: number | null;
	fill: number;
	padding: number;
	paddedTokens: number;
	lowerBoundRows: number;
	gap: number;
	sequencesPerRow: number;
	averageLength: number;
	averageContext: number;
	/** Documents that are not whole in one row. */
	cutDocuments: number | null;
	/** Against concatenating and chunking at the longest row. */
	attention: number;
}

export interface BucketFigures {
	length: number;
	split: string;
	stratum: string | null;
	rows: number;
	/** Null: a plan does not say. */
	sequences: number | null;
	tokens: number;
	/** Of all tokens in rows. */
	share: number;
	fill: number;
}

/** A source, or a directory or file of one. */
export interface SourceFigures {
	name: string;
	documents: number | null;
	rows: number | null;
	/** That were read, in rows or not; of a plan, those of its steps. */
	tokens: number | null;
	/** Of the tokens of all sources; of all bytes where tokens are not known. */
	share: number | null;
	bytes: number | null;
	parts: Grouped<SourceFigures>;
}

/** A row as it is shown: at most some of its tokens. */
export interface SampleRow {
	/** Over all shards, in their order. */
	row: number;
	length: number;
	/** The first tokens of the row, which segments have `ids` of; there may be more. */
	shownTokens: number;
	/** The first of how many; at most 1,024. */
	segments: SampleSegment[];
	segmentCount: number;
}

export interface SampleSegment {
	/** The document's id, or its number where there is no text of it. */
	document: string;
	/** All of the segment, shown or not. */
	tokens: number;
	/** Where in its document it begins. */
	offset: number;
	/** Those of its tokens that are shown. */
	ids: number[];
	/** Their text, with whether it is trained on; null where no tokenizer is at hand. */
	text: { text: string; isTrained: boolean }[] | null;
	/**
	 * Runs of them that are trained on: firsts, and ends; null: all are. The first token of a sequence, which
	 * no other predicts, is as the one after it.
	 */
	trained: number[] | null;
}

/** Points of a plan's steps: every step of a short plan, otherwise means over equal spans of steps. */
export interface PlanFigures {
	steps: number;
	tokensPerStep: number;
	worldSize: number;
	/** Steps that a point stands for. */
	stepsPerPoint: number;
	points: PlanPoint[];
	stages: StageFigures[];
	/** By the length of the bucket, its odds over the progress of a stage; empty where a schedule has none. */
	odds: { stage: number; progress: number; length: number; odds: number }[];
	/** Weights of the datasets over the progress of a stage; empty where they do not change. */
	weights: {
		stage: number;
		progress: number;
		source: string;
		weight: number;
	}[];
	/** Tokens by source and stage. */
	sources: { stage: number; source: string; tokens: number }[];
	/**
	 * Of each rank, its tokens over the steps that were read, and the sum of the squares of its sequences'
	 * lengths; at most 1,024.
	 */
	ranks: { rank: number; tokens: number; cost: number }[];
	/** How many steps these are of, evenly chosen. */
	rankSteps: number;
	/** Why something of a plan's datasets is not shown, as a sentence; null: all is. */
	missing: string | null;
}

export interface PlanPoint {
	/** Its first step. */
	step: number;
	/** Of the first of its steps. */
	stage: number;
	/** Length of the rows, and how many there are of them: means where several steps are a point. */
	length: number;
	batchSize: number;
	/** Of all its steps together; of batches of sequences with their padding. */
	tokens: number;
}

export interface StageFigures {
	stage: number;
	schedule: string;
	firstStep: number;
	steps: number;
	tokens: number;
	/** Of batches of sequences, their tokens with padding; else null. */
	paddedTokens: number | null;
}

/** What a sample of a corpus says about building from it. */
export interface Advice {
	layout: string;
	seqLen: number;
	packer: string;
	buckets: string;
	/** Why, as a sentence. */
	why: string;
	/** What each choice costs. */
	choices: {
		layout: string;
		seqLen: number;
		packer: string;
		/** Shares of the tokens of rows, of documents and of concatenate-and-chunk. */
		padding: number;
		truncation: number;
		attention: number;
	}[];
}
