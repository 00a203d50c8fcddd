import type { OptionTable, OptionValues, Resolved } from "../../core/option.js";
import type { PackerName } from "../../pack/packers.js";
import type { FormatName } from "../formats.js";
import type { BucketSettings, Chosen, Settings } from "../settings.js";

/** How documents become rows, before anything is said of how rows are written. */
export interface RowPlan {
	/** How documents are cut: an entry of `cuts`. */
	cut: Chosen;
	/** The kinds of rows, the shortest first. */
	buckets: Pick<BucketSettings, "length" | "capacity" | "directory">[];
}

/** What a dataset's rows are. A new layout is a file in this folder and a line in `layouts.ts`. */
export interface Layout<O extends OptionTable = OptionTable> {
	/** One line, for help and docs. */
	readonly meaning: string;
	/** The options that it has of its own. */
	readonly options: O;
	/** Title and first sentence of the dataset card. */
	readonly title: string;
	about(settings: Settings): string;
	/** Whether it makes rows of several documents or pieces: packers, orders and windows are for these. */
	readonly packs: boolean;
	/** Whether its rows may hold trees of prefixes that documents share. */
	readonly holdsTrees?: true;
	/** The format of its shards where none is asked for. */
	readonly format: FormatName;
	/** The packer where none is asked for. */
	packer(values: OptionValues, given: OptionValues): PackerName;
	/** @throws UsageError for options that do not go together */
	plan(values: Resolved<O> & { packer: PackerName } & OptionValues): RowPlan;
}
