import { sum } from "../../core/arithmetic.js";
import { progressOf, type Tell, tellingNow } from "../../core/progress.js";
import { indexTable } from "../../dataset/index-rows.js";
import { layouts } from "../../dataset/layouts/layouts.js";
import { readListed } from "../../dataset/listed-file.js";
import type { Manifest } from "../../dataset/manifest.js";
import type { Dataset } from "../../dataset/open-dataset.js";
import type { OpenStore } from "../../dataset/open-store.js";
import type { FiguresSettings } from "../../options/figures.js";
import { storageAt } from "../../storage/storages.js";
import { columnOf, type Schema } from "../../tables/columns.js";
import type { Figures } from "./figures.js";
import { filesToRead, MOST_ROWS, partNote } from "./files-to-read.js";
import { LengthCounts } from "./length-counts.js";
import { readListColumn, shardOf } from "./list-column.js";
import type { SourceFile } from "./sources-tree.js";

type Histograms = Pick<
	Figures,
	"documentLengths" | "sequenceLengths" | "sequencesPerRow"
>;

/** Rows among which the one of most sequences is looked for. */
const LOOKED_AT = 4096;

type Sequences = Pick<Histograms, "sequenceLengths" | "sequencesPerRow"> & {
	/** Of the first rows, one that has most sequences, and more than one; null where there is none. */
	sharedRow: number | null;
};

/** Lengths of a dataset's documents and sequences, and its files with what the index says of them. */
export async function readDatasetLengths(
	{ directory, manifest }: Dataset,
	owner: OpenStore | null,
	settings: FiguresSettings,
	notes: string[],
): Promise<Histograms & Sequences & { files: SourceFile[] }> {
	const most = settings.all ? Number.POSITIVE_INFINITY : MOST_ROWS;
	const tell = tellingNow(settings.onProgress);
	const documents = await readDocuments(manifest, owner, most, notes, tell);
	return {
		...documents,
		...(layouts.find(manifest.settings.layout).packs
			? await readSequences(directory, manifest, most, notes, tell)
			: { sequenceLengths: null, sequencesPerRow: null, sharedRow: null }),
	};
}

const indexColumns: Schema = [
	{ name: "source_name", type: "string" },
	{ name: "source", type: "string" },
	{ name: "tokens", type: "int32" },
];

async function readDocuments(
	manifest: Manifest,
	owner: OpenStore | null,
	most: number,
	notes: string[],
	tell: Tell,
): Promise<Pick<Histograms, "documentLengths"> & { files: SourceFile[] }> {
	const files = new Map<string, SourceFile>();
	const keyOf = (of: string | null, path: string) => `${of ?? ""}\0${path}`;
	for (const { of = null, source, bytes } of manifest.inputs)
		files.set(keyOf(of, source), {
			...{ of, path: source, bytes },
			...{ documents: null, tokens: null },
		});
	const index = owner?.manifest.index ?? [];
	if (owner === null || index.length === 0)
		return { documentLengths: null, files: [...files.values()] };
	const { files: read, share } = filesToRead(index, most);
	if (share < 1) notes.push(partNote("lengths of documents", share));
	const counts = new LengthCounts();
	const storage = storageAt(owner.directory);
	for (const { path, bytes } of read)
		for await (const batch of readListed(
			storage,
			`${owner.directory}/${path}`,
			(file) => indexTable.read(file, bytes, indexColumns),
		)) {
			const tokens = columnOf(batch, "tokens", "int32").values;
			counts.addAll(tokens);
			tell(() =>
				progressOf("reading", "document", {
					done: counts.count,
					total: sum(read.map(({ rows }) => rows)),
				}),
			);
			if (share < 1) continue;
			const names = columnOf(batch, "source_name", "string").values;
			const sources = columnOf(batch, "source", "string").values;
			for (let i = 0; i < batch.rows; ) {
				const [of, path] = [names[i], sources[i]];
				const first = i;
				let own = 0;
				for (; i < batch.rows && sources[i] === path && names[i] === of; i++)
					own += tokens[i];
				const key = keyOf(of, path ?? "");
				const file = files.get(key) ?? {
					...{ of, path: path ?? "", bytes: 0 },
					...{ documents: null, tokens: null },
				};
				file.documents = (file.documents ?? 0) + i - first;
				file.tokens = (file.tokens ?? 0) + own;
				files.set(key, file);
			}
		}
	return { documentLengths: counts.histogram(), files: [...files.values()] };
}

async function readSequences(
	directory: string,
	{ shards, settings }: Manifest,
	most: number,
	notes: string[],
	tell: Tell,
): Promise<Sequences> {
	const { files, share } = filesToRead(shards, most);
	if (share < 1) notes.push(partNote("lengths of sequences", share));
	const lengths = new LengthCounts();
	const perRow = new LengthCounts();
	let row = 0;
	let mostShared = 1;
	let sharedRow: number | null = null;
	for (const shard of files) {
		const isFirst = shard === shards[0];
		for await (const { values, offsets } of readListColumn(
			shardOf(directory, shard, settings),
			"seq_lengths",
			"list<int32>",
		)) {
			lengths.addAll(values);
			for (let i = 0; i + 1 < offsets.length; i++, row++) {
				const sequences = offsets[i + 1] - offsets[i];
				perRow.add(sequences);
				if (isFirst && row < LOOKED_AT && sequences > mostShared) {
					mostShared = sequences;
					sharedRow = row;
				}
			}
			tell(() =>
				progressOf("reading", "row", {
					done: row,
					total: sum(files.map(({ rows }) => rows)),
				}),
			);
		}
	}
	return {
		sequenceLengths: lengths.histogram(),
		sequencesPerRow: perRow.histogram(),
		sharedRow,
	};
}
