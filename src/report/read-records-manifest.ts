import {
	all,
	count,
	finite,
	listOf,
	nullable,
	object,
	oneOf,
	tableOf,
	text,
	wholeNumber,
} from "../core/shape.js";
import { fileShape } from "../dataset/manifest-shape.js";
import {
	RECORDS_MANIFEST,
	type RecordsManifest,
} from "../records/records-manifest.js";
import { tableFormats } from "../tables/tables.js";
import { readFileList } from "./verify/file-list.js";

const shape = object({
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

/** What packed records say of themselves. @throws DataError `bad-manifest` */
export const readRecordsManifest = (directory: string) =>
	readFileList<RecordsManifest>(directory, RECORDS_MANIFEST, "shards", shape);
