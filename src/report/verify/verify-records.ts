import { sum } from "../../core/arithmetic.js";
import type {
	VerifyOptions,
	VerifyResult,
} from "../../dataset/verify/result.js";
import type { RecordsSummary } from "../../records/summary.js";
import { columnOf, type Schema } from "../../tables/columns.js";
import { tableFormats } from "../../tables/tables.js";
import { readRecordsManifest } from "../read-records-manifest.js";
import { FileListCheck } from "./file-list.js";

/** What is read again of packed records. */
const schema: Schema = [{ name: "seq_lengths", type: "list<int32>" }];

const counted = ["rows", "records", "tokens"] as const;

/** Compares packed records with their checksums, and counts rows, records and tokens again. */
export async function verifyRecords(
	directory: string,
	options: VerifyOptions,
): Promise<VerifyResult> {
	const {
		shards,
		options: made,
		summary,
	} = await readRecordsManifest(directory);
	const format = tableFormats.find(String(made.format));
	const check = new FileListCheck("records", directory, shards, options);
	const all = { rows: 0, records: 0, tokens: 0 };
	for (const shard of shards) {
		const found = { rows: 0, records: 0, tokens: 0 };
		const isRead = await check.check(shard, async (file, bytes) => {
			for await (const batch of format.read(file, bytes, schema)) {
				const { values } = columnOf(batch, "seq_lengths", "list<int32>");
				found.rows += batch.rows;
				found.records += values.length;
				found.tokens += sum(values);
			}
		});
		for (const what of counted) {
			all[what] += shard[what];
			if (isRead)
				check.compare(found[what], shard[what], `${what} of ${shard.path}`);
		}
		const { rows, records: sequences, tokens } = found;
		check.count({ rows, sequences, tokens });
	}
	await check.lookForStrangers();
	checkSummary(all, summary, Number(made.seqLen), check);
	return check.result();
}

/** Compares the summary with what the shards have together, and with what follows from that. */
function checkSummary(
	{ rows, records, tokens }: Record<(typeof counted)[number], number>,
	summary: RecordsSummary,
	seqLen: number,
	check: FileListCheck,
): void {
	const dropped = Object.values(summary.dropped);
	const room = rows * seqLen;
	const due = {
		records: records + sum(dropped.map(({ records }) => records)),
		...{ rows, tokens, padding: room - tokens },
		recordsPerRow: rows === 0 ? 0 : records / rows,
		fill: rows === 0 ? 0 : tokens / room,
		gap: rows === 0 ? 0 : rows / summary.lowerBoundRows - 1,
	};
	for (const [what, value] of Object.entries(due))
		check.compare(
			value,
			summary[what as keyof RecordsSummary],
			`summary.${what}`,
		);
}
