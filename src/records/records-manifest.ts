import { DataError } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import {
	all,
	count,
	finite,
	listOf,
	nullable,
	object,
	oneOf,
	type Shape,
	shapeFault,
	such,
	tableOf,
	text,
	wholeNumber,
} from "../core/shape.js";
import { fileShape } from "../dataset/manifest-shape.js";
import { isPlainPath } from "../storage/confined.js";
import { readIfThere, type Storage } from "../storage/storage.js";
import { tableFormats } from "../tables/tables.js";
import type { RecordsSummary } from "./summary.js";

/** The name of the file that says what was packed, and how. */
export const RECORDS_MANIFEST = "records.json";
export const RECORDS_VERSION = 1;

/** What was packed, and what came of it. */
export interface RecordsManifest {
	formatVersion: number;
	seqpackVersion: string;
	/** Of all that decides what is in the files. */
	hash: string;
	/** The options as they came out. */
	options: Record<string, unknown>;
	/** The files of records; `record_files` has their places in this list. */
	inputs: {
		source: string;
		bytes: number;
		fingerprint: string;
		records: number;
	}[];
	/** Columns of the rows, and their types as Arrow calls them. */
	columns: { name: string; type: string }[];
	/** Keys of the inputs' metadata that the rows do not have. */
	lostMetadata: string[];
	summary: RecordsSummary;
	shards: RecordsShard[];
}

export interface RecordsShard {
	path: string;
	rows: number;
	records: number;
	tokens: number;
	bytes: number;
	sha256: string;
}

/** What is asked for of a manifest before it is used. */
export const recordsShape: Shape = object({
	seqpackVersion: text,
	options: object({
		format: oneOf(tableFormats.names),
		seqLen: wholeNumber(1),
		packer: text,
		lengthColumn: text,
	}),
	inputs: listOf(
		object({ source: text, bytes: count, fingerprint: text, records: count }),
	),
	summary: object({
		records: count,
		dropped: tableOf(object({ records: count, tokens: count })),
		rows: count,
		tokens: count,
		recordsPerRow: finite,
		fill: finite,
		padding: count,
		alignmentTokens: count,
		lowerBoundRows: count,
		gap: finite,
		cost: nullable(finite),
		imbalance: nullable(finite),
		randomnessKept: nullable(finite),
	}),
	shards: listOf(
		all(fileShape, object({ rows: count, records: count, tokens: count })),
	),
});

/** What is wanted of a manifest, and of the lists that stand for one while files are replaced. */
const listShape: Shape = object({
	shards: listOf(
		object({ path: such("a path below the directory", isPlainPath) }),
	),
});

/** The paths of the files that a manifest lists; null where there is no manifest. */
export async function listedFiles(
	storage: Storage,
	path: string,
): Promise<string[] | null> {
	const content = await readIfThere(storage, path);
	if (content === null) return null;
	let list: unknown;
	let fault: string | null;
	try {
		list = parseJson(content.toString("utf8"));
		fault = shapeFault(listShape, list);
	} catch {
		fault = "it is not JSON";
	}
	if (fault !== null)
		throw new DataError(
			"bad-manifest",
			`${path} is not what seqpack wrote: ${fault}. Remove it, or name another directory.`,
		);
	return (list as Pick<RecordsManifest, "shards">).shards.map(
		({ path }) => path,
	);
}
