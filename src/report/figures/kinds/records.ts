import { sum } from "../../../core/arithmetic.js";
import { progressOf, tellingNow } from "../../../core/progress.js";
import { readListed } from "../../../dataset/listed-file.js";
import type { RecordsManifest } from "../../../records/records-manifest.js";
import { storageAt } from "../../../storage/storages.js";
import {
	type ColumnBatch,
	columnOf,
	type Schema,
} from "../../../tables/columns.js";
import { tableFormats } from "../../../tables/tables.js";
import { readRecordsManifest } from "../../read-records-manifest.js";
import { written } from "../../written.js";
import { emptyFigures, emptyTotalFigures } from "../empty-figures.js";
import type { FigureReader } from "../figure-kind.js";
import type { Figures, SampleRow } from "../figures.js";
import { filesToRead, MOST_ROWS, partNote } from "../files-to-read.js";
import { LengthCounts } from "../length-counts.js";
import { sampleRow } from "../sample-row.js";
import { USUAL_ROWS } from "../sample-rows.js";
import { sourcesTree } from "../sources-tree.js";

export const records: FigureReader = {
	meaning: "packed records",
	find: async (path, storage) =>
		(await storage.stat(`${path}/${written.records}`)) !== null,
	async read(path, { all, onProgress }) {
		const manifest = await readRecordsManifest(path);
		const { summary, options, inputs, shards } = manifest;
		const figures = emptyFigures("records", path);
		const most = all ? Number.POSITIVE_INFINITY : MOST_ROWS;
		const { files, share } = filesToRead(shards, most);
		if (share < 1) figures.notes.push(partNote("lengths of records", share));
		const lengths = new LengthCounts();
		const perRow = new LengthCounts();
		const samples: SampleRow[] = [];
		const tell = tellingNow(onProgress);
		let rows = 0;
		const sources = inputs.map(({ source }) => source);
		const read = tableFormats.find(String(options.format)).read;
		for (const shard of files)
			for await (const batch of readListed(
				storageAt(path),
				`${path}/${shard.path}`,
				(file) => read(file, shard.bytes, schema),
			)) {
				const { values, offsets } = columnOf(
					batch,
					"seq_lengths",
					"list<int32>",
				);
				lengths.addAll(values);
				for (let i = 0; i < batch.rows; i++)
					perRow.add(offsets[i + 1] - offsets[i]);
				rows += batch.rows;
				tell(() =>
					progressOf("reading", "row", {
						done: rows,
						total: sum(files.map((file) => file.rows)),
					}),
				);
				if (share === 1) addSamples(samples, batch, sources);
			}
		const seqLen = Number(options.seqLen);
		const inRows = shards.reduce((sum, { records }) => sum + records, 0);
		return {
			...figures,
			facts: [
				{ name: "made by", value: `seqpack ${manifest.seqpackVersion}` },
				{ name: "packer", value: String(options.packer) },
				{ name: "lengths", value: `column ${options.lengthColumn}` },
				{ name: "shards", value: `${shards.length} ${options.format}` },
			],
			totals: {
				...emptyTotalFigures(),
				records: summary.records,
				sequences: inRows,
				rows: summary.rows,
				tokens: summary.tokens,
				files: inputs.length,
				bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
			},
			samples,
			sequenceLengths: lengths.histogram(),
			sequencesPerRow: perRow.histogram(),
			rows: rowFigures(manifest, seqLen, inRows, lengths),
			sources: sourcesTree(
				[],
				inputs.map(({ source, bytes, records }) => ({
					...{ of: null, path: source, bytes },
					...{ documents: records, tokens: null },
				})),
				null,
			),
			dropped: Object.entries(summary.dropped).map(
				([reason, { records, tokens }]) => ({
					...{ reason, documents: records, tokens },
				}),
			),
		};
	},
};

/** What is read of packed records. */
const schema: Schema = [
	{ name: "record_files", type: "list<int32>" },
	{ name: "record_numbers", type: "list<int64>" },
	{ name: "seq_lengths", type: "list<int32>" },
];

/** The first rows: which records share them. */
function addSamples(
	samples: SampleRow[],
	batch: ColumnBatch,
	sources: readonly string[],
): void {
	const files = columnOf(batch, "record_files", "list<int32>").values;
	const numbers = columnOf(batch, "record_numbers", "list<int64>").values;
	const { values, offsets } = columnOf(batch, "seq_lengths", "list<int32>");
	for (let i = 0; i < batch.rows && samples.length < USUAL_ROWS; i++) {
		const [first, end] = [offsets[i], offsets[i + 1]];
		const lengths = values.subarray(first, end);
		const documents = Array.from(
			lengths,
			(_, s) =>
				`${sources[files[first + s]]} record ${numbers[first + s] + 1n}`,
		);
		samples.push(
			sampleRow(
				{
					...{ row: samples.length, ids: [], lengths, documents },
					...{ offsets: lengths.map(() => 0), lossMask: null },
				},
				0,
				null,
			),
		);
	}
}

function rowFigures(
	{ summary }: RecordsManifest,
	seqLen: number,
	inRows: number,
	{ squares, tokens: read }: LengthCounts,
): Figures["rows"] {
	const { rows, tokens, fill, padding, lowerBoundRows, gap } = summary;
	return {
		...{ length: seqLen, fill, padding, paddedTokens: rows * seqLen },
		...{ lowerBoundRows, gap, sequencesPerRow: summary.recordsPerRow },
		averageLength: inRows === 0 ? 0 : tokens / inRows,
		averageContext: read === 0 ? 0 : (squares - read) / 2 / read,
		cutDocuments: 0,
		attention: read === 0 ? 0 : squares / (read * seqLen),
	};
}
