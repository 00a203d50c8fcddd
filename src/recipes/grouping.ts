import type { OptionTable, Resolved } from "../core/option.js";
import type { Draft } from "./draft.js";
import type { LengthOf, LengthUnit } from "./lengths.js";

/** Which records come together. A new one is a file in `groupings/`, and a line in `groupings.ts`. */
export interface Grouping<T extends OptionTable = OptionTable> {
	readonly meaning: string;
	readonly options: T;
	/** @throws UsageError `bad-recipe` */
	prepare(settings: Resolved<T>, where: string): PreparedGrouping;
}

/** A grouping that is ready to work: by keys, or of records that follow each other. */
export type PreparedGrouping = KeyedGrouping | RunGrouping;

interface GroupingFacts {
	/** Fields of records that it looks at. */
	readonly fields: readonly string[];
	readonly unit?: LengthUnit;
}

/** Records of one key come together, wherever in the input they stand. */
export interface KeyedGrouping extends GroupingFacts {
	readonly kind: "keyed";
	/** @throws DataError with one of `composeReasons` */
	keyOf(draft: Draft): string;
	/** What the records of a key become, in the order of the input; left out: one group. */
	split?(
		key: string,
		drafts: readonly Draft[],
		count: (what: string, by?: number) => void,
	): Draft[];
}

/** Records come together that follow each other in a file. */
export interface RunGrouping extends GroupingFacts {
	readonly kind: "run";
	/** Begins a group; tells of each record whether it goes into it. */
	begin(lengthOf: (unit: LengthUnit) => LengthOf): (draft: Draft) => boolean;
}

/** Drafts as one, in their order. */
export function together(
	id: string,
	place: string,
	drafts: readonly Draft[],
): Draft {
	return { id, place, pieces: drafts.flatMap(({ pieces }) => pieces) };
}
