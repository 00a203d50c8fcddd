import { withoutSlashes } from "../core/text.js";
import { MANIFEST } from "../dataset/manifest.js";
import { storageAt } from "../storage/storages.js";

/** A dataset, or a part of it. */
export interface DatasetSelection {
	directory: string;
	/** The source whose rows alone are meant; null: all rows. */
	source: string | null;
	/** The stratum whose rows alone are meant, null: those in none; left out: all rows. */
	stratum?: { name: string | null };
}

/** Between a dataset's directory and the name of one of its sources, and that of one of its strata. */
const OF_SOURCE = "#";
const OF_STRATUM = "#stratum:";

/** A dataset, or a part of it, as it is named: `data`, `data#web`, `data#stratum:short`. */
export function datasetName({
	directory,
	source,
	stratum,
}: DatasetSelection): string {
	const ofSource = source === null ? "" : `${OF_SOURCE}${source}`;
	return `${directory}${ofSource}${stratum === undefined ? "" : `${OF_STRATUM}${stratum.name ?? ""}`}`;
}

/** What is named so. A directory's own name may have the sign in it. */
export async function parseDatasetName(
	name: string,
): Promise<DatasetSelection> {
	const whole = withoutSlashes(name);
	if (await isDataset(whole)) return { directory: whole, source: null };
	const cut = whole.lastIndexOf(OF_STRATUM);
	if (cut === -1) return parseSource(whole);
	const stratum = whole.slice(cut + OF_STRATUM.length) || null;
	return {
		...(await parseSource(withoutSlashes(whole.slice(0, cut)))),
		stratum: { name: stratum },
	};
}

async function parseSource(
	whole: string,
): Promise<Pick<DatasetSelection, "directory" | "source">> {
	const cut = whole.lastIndexOf(OF_SOURCE);
	if (cut === -1 || (await isDataset(whole)))
		return { directory: whole, source: null };
	return {
		directory: withoutSlashes(whole.slice(0, cut)),
		source: whole.slice(cut + 1),
	};
}

async function isDataset(directory: string): Promise<boolean> {
	const path = `${directory}/${MANIFEST}`;
	return (await storageAt(directory).stat(path)) !== null;
}
