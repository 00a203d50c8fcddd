import { ROW_OF_ANY_LENGTH } from "../../../core/capacity.js";
import { SeqpackError } from "../../../core/errors.js";
import { withoutSecrets } from "../../../core/secrets.js";
import { layouts } from "../../../dataset/layouts/layouts.js";
import { filesOf, type Manifest } from "../../../dataset/manifest.js";
import { type Dataset, openDataset } from "../../../dataset/open-dataset.js";
import type { OpenStore } from "../../../dataset/open-store.js";
import { NO_STRATUM } from "../../../dataset/row-groups.js";
import { strataOf } from "../../../documents/strata/strata-settings.js";
import type { FiguresSettings } from "../../../options/figures.js";
import { ownerOf } from "../../trace/open-row.js";
import { written } from "../../written.js";
import { readDatasetLengths } from "../dataset-lengths.js";
import { emptyFigures } from "../empty-figures.js";
import { factsOf } from "../facts.js";
import type { FigureReader } from "../figure-kind.js";
import type {
	BucketFigures,
	FigureKind,
	Figures,
	Grouped,
	RowFigures,
	TotalFigures,
} from "../figures.js";
import { groupedEntries } from "../grouped.js";
import { sampleRows } from "../sample-rows.js";
import { sourcesTree } from "../sources-tree.js";

export const dataset: FigureReader = {
	meaning: "a dataset, a store, or a packing of one",
	options: ["rows", "document"],
	find: async (path, storage) =>
		(await storage.stat(`${path}/${written.dataset}`)) !== null,
	read: async (path, settings) => figuresOf(await openDataset(path), settings),
};

async function figuresOf(
	dataset: Dataset,
	settings: FiguresSettings,
): Promise<Figures> {
	const { directory: path, manifest } = dataset;
	const { totals } = manifest;
	const faults: string[] = [];
	const notes: string[] = [];
	const owner = await readableOwner(dataset, faults);
	const lengths = await readDatasetLengths(dataset, owner, settings, notes);
	const buckets = bucketsOf(manifest);
	if (buckets.rest !== null)
		notes.push(
			`of ${buckets.entries.length + buckets.rest.count} buckets those ${buckets.entries.length} that have most tokens stand by themselves`,
		);
	const { files, sharedRow, ...histograms } = lengths;
	return {
		...emptyFigures(kindOf(manifest), path),
		path: withoutSecrets(path),
		facts: factsOf(manifest),
		faults,
		notes,
		totals: totalsOf(manifest),
		...histograms,
		rows: rowsOf(manifest),
		buckets,
		sources: sourcesTree(
			manifest.sources.map((source) => ({
				...source,
				tokens: tokensRead(source),
			})),
			files,
			tokensRead(totals),
		),
		dropped: Object.entries(totals.dropped).map(([reason, counts]) => ({
			reason,
			...counts,
		})),
		samples: await sampleRows(dataset, owner, sharedRow, settings, notes),
	};
}

/** The dataset that has the index and tokens of all documents: of a packing its store; null where that is gone. */
async function readableOwner(
	dataset: Dataset,
	faults: string[],
): Promise<OpenStore | null> {
	try {
		return await ownerOf(dataset);
	} catch (error) {
		if (!(error instanceof SeqpackError)) throw error;
		faults.push(
			`documents and rows are not shown, since their store cannot be read: ${error.message.replace(/\.$/, "")}`,
		);
		return null;
	}
}

function kindOf({ settings, store }: Manifest): FigureKind {
	if (store !== undefined) return "packing";
	return layouts.find(settings.layout).packs ? "dataset" : "store";
}

const tokensRead = ({
	textTokens,
	specialTokens,
}: Pick<Manifest["totals"], "textTokens" | "specialTokens">) =>
	textTokens + specialTokens;

function totalsOf(manifest: Manifest): TotalFigures {
	const { totals, summary, inputs } = manifest;
	return {
		records: totals.records,
		documents: totals.documents,
		sequences: summary.sequences,
		rows: summary.rows,
		tokens: summary.tokens,
		labels: summary.labels,
		textBytes: totals.textBytes,
		files: inputs.length,
		bytes: filesOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
	};
}

/** Null where a row is a document. */
function rowsOf({ settings, summary, totals }: Manifest): RowFigures | null {
	if (!layouts.find(settings.layout).packs) return null;
	const length = settings.buckets[settings.buckets.length - 1].length;
	const { fill, padding, paddedTokens, lowerBoundRows, gap } = summary;
	const { sequencesPerRow, averageLength, averageContext, attention } = summary;
	return {
		length: length === ROW_OF_ANY_LENGTH ? null : length,
		...{ fill, padding, paddedTokens, lowerBoundRows, gap },
		...{ sequencesPerRow, averageLength, averageContext },
		cutDocuments: totals.cutDocuments,
		attention,
	};
}

function bucketsOf({ settings, summary }: Manifest): Grouped<BucketFigures> {
	if (!layouts.find(settings.layout).packs) return { entries: [], rest: null };
	const strata = strataOf(settings.strata);
	const nameOf = (place: number) =>
		place === NO_STRATUM ? "none" : (strata[place]?.name ?? String(place));
	return groupedEntries(
		summary.buckets,
		({ tokens, rows }) => ({ tokens, rows }),
		({ split, stratum, length, rows, sequences, tokens, share, fill }) => ({
			...{ length, split },
			stratum: stratum === undefined ? null : nameOf(stratum),
			...{ rows, sequences, tokens, share, fill },
		}),
	);
}
