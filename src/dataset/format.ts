import type { TableFormat } from "../tables/table.js";
import type { Manifest } from "./manifest.js";
import type { Settings } from "./settings.js";

/**
 * A format that trainers read. A table format carries any columns and so is one as it is
 * (`formats.ts`); one that trainers made for themselves says here what of a row it keeps.
 */
export interface DatasetFormat extends TableFormat {
	/** The columns that it carries; null for all. */
	readonly columns: readonly string[] | null;
	/** Why a dataset cannot be written in it, as the end of a sentence; null where it can. */
	fault(settings: Settings, vocabSize: number): string | null;
	/** Files that its readers want beside the shards: contents by path in the dataset. */
	filesBeside(manifest: Manifest): Record<string, string>;
	/**
	 * Lines of Python that load a directory of shards, for the dataset card; none where
	 * `load_dataset`, which the card always shows, is all there is.
	 */
	loadLines(directory: string): string[];
}
