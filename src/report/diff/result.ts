import type { Written } from "../written.js";

/** What differs between two of a kind. Counts are exact; lists are cut. It is JSON. */
export interface DiffResult {
	kind: Written;
	/** As they were given, without credentials. */
	a: string;
	b: string;
	/** Whether nothing differs. */
	same: boolean;
	/** Whether their hashes said so, and nothing else was read. */
	byHash: boolean;
	settings: Listed<ValueDifference>;
	/** What they were made of; of packed records and exports the files that they have. */
	inputs: Listed<FileDifference>;
	files: Listed<FileDifference>;
	totals: ValueDifference[];
	/** Of datasets; null where they were not compared. */
	documents: DocumentDifferences | null;
	rows: RowDifferences | null;
	/** Of plans. */
	steps: StepDifferences | null;
	/** What is worth knowing of how it was compared, as sentences. */
	notes: string[];
}

/** The first of some, and how many there are. */
export interface Listed<T> {
	count: number;
	list: T[];
}

/** A value that differs; null: it is not there. */
export interface ValueDifference {
	name: string;
	a: Json;
	b: Json;
}

export type Json = string | number | boolean | null | Json[] | object;

/** What became of something from A to B. */
export type Change = "added" | "gone" | "changed";

/** A file that differs, with its bytes. */
export interface FileDifference {
	name: string;
	change: Change;
	a: number | null;
	b: number | null;
}

export interface DocumentDifferences {
	/** How many there are. */
	a: number;
	b: number;
	/** By what those that are taken for one another were compared. */
	by: "tokens" | "lengths" | "places";
	same: number;
	/** Of those that are the same and have no id: how many are at another place of the input. */
	moved: number;
	/** Of those that are the same: tokens of so many are in rows in part alone, and only their lengths were compared. */
	inPart: number;
	changed: Listed<DocumentDifference>;
	added: Listed<DocumentDifference>;
	gone: Listed<DocumentDifference>;
}

export interface DocumentDifference {
	/** Its id in the input, or null. */
	id: string | null;
	/** The file and the place in it: of one that is gone in A, else in B. */
	source: string;
	position: number;
	/** Its tokens. */
	a: number | null;
	b: number | null;
}

export interface RowDifferences {
	a: number;
	b: number;
	/** Rows that both have: with the same tokens and borders. */
	equal: number;
	/** Of these, how many have another number. */
	moved: number;
	/** The first of these. */
	firstMoved: { a: number; b: number } | null;
	/** Rows that one of them alone has. */
	onlyA: number;
	onlyB: number;
	/** The first of these, by their numbers. */
	first: RowDifference[];
}

/** A row that one of them alone has, or both another one of its number. */
export interface RowDifference {
	/** Counted over all shards, in their order. */
	row: number;
	a: RowSide | null;
	b: RowSide | null;
}

export interface RowSide {
	/** All segments of the row, and the first of those that the other's row does not have. */
	segments: number;
	differing: Listed<SegmentSide>;
}

export interface SegmentSide {
	/** Id of the document, or its place. */
	document: string;
	/** Its token that the segment begins at, and how many it has. */
	offset: number;
	tokens: number;
}

export interface StepDifferences {
	a: number;
	b: number;
	/** Steps of the same number that are of the same rows. */
	equal: number;
	/** The first steps that are not. */
	first: {
		step: number;
		a: StepSide | null;
		b: StepSide | null;
	}[];
}

export interface StepSide {
	stage: number;
	length: number;
	batchSize: number;
	/** Its first row's place in its bucket. */
	offset: number;
}
