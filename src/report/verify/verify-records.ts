import { sum } from "../../core/arithmetic.js";
import type {
	VerifyOptions,
	VerifyResult,
} from "../../dataset/verify/result.js";
import {
	RECORDS_MANIFEST,
	type RecordsManifest,
} from "../../records/records-manifest.js";
import { columnOf, type Schema } from "../../tables/columns.js";
import { tableFormats } from "../../tables/tables.js";
import { FileListCheck, readFileList } from "./file-list.js";

/** What is read again of packed records. */
const schema: Schema = [{ name: "seq_lengths", type: "list<int32>" }];

/** Compares packed records with their checksums, and counts rows, records and tokens again. */
export async function verifyRecords(
	directory: string,
	options: VerifyOptions,
): Promise<VerifyResult> {
	const manifest = await readFileList<RecordsManifest>(
		directory,
		RECORDS_MANIFEST,
		"shards",
	);
	const { shards } = manifest;
	const format = tableFormats
		.entries()
		.find(([name]) => name === manifest.options.format)?.[1];
	const check = new FileListCheck("records", directory, shards, options);
	if (format === undefined)
		check.problems.add(
			`${RECORDS_MANIFEST} has shards of the format ${JSON.stringify(manifest.options.format)}, which there is not`,
		);
	for (const shard of shards) {
		const found = { rows: 0, records: 0, tokens: 0 };
		const isRead = await check.check(shard, async (file, bytes) => {
			if (format === undefined) return;
			for await (const batch of format.read(file, bytes, schema)) {
				const { values } = columnOf(batch, "seq_lengths", "list<int32>");
				found.rows += batch.rows;
				found.records += values.length;
				found.tokens += sum(values);
			}
		});
		if (!isRead || format === undefined) continue;
		for (const what of ["rows", "records", "tokens"] as const)
			check.compare(found[what], shard[what], `${what} of ${shard.path}`);
		const { rows, records: sequences, tokens } = found;
		check.count({ rows, sequences, tokens });
	}
	return check.result();
}
