import type { Settings } from "../dataset/settings.js";
import {
	fractionAt,
	seededFraction,
	VALIDATION_AT,
} from "../documents/document-hash.js";
import { strataOf } from "../documents/strata/strata-settings.js";
import type { Documents } from "../sources/read-records.js";
import { stratumOf } from "../strata/stratify.js";

/** Documents whose hashes decide on them. */
export type Hashed = Pick<Documents, "measured"> & { hashes: Uint8Array };

/** How documents are chosen of which a number is wanted: those with the smallest keys of each group. */
export interface KeyRule {
	/** Groups, and how many documents of each are wanted. */
	groups: number;
	count: number;
	/** Whether documents with one text count once. */
	areDistinct: boolean;
	/** Whether it is an error that there are fewer. */
	isExact: boolean;
	/** The group of a document of a batch; -1: none. */
	groupOf(batch: Pick<Hashed, "measured">, document: number): number;
	keyOf(batch: Pick<Hashed, "hashes">, document: number): number;
}

/** The rule of a build; null where no number of documents is chosen among all. */
export function keyRule({
	validation,
	strata,
	dedupe,
	seed,
}: Pick<
	Settings,
	"validation" | "strata" | "dedupe" | "seed"
>): KeyRule | null {
	if (validation !== null && validation >= 1)
		return {
			groups: 1,
			count: validation,
			areDistinct: true,
			isExact: true,
			groupOf: () => 0,
			keyOf: ({ hashes }, document) =>
				fractionAt(hashes, document, VALIDATION_AT),
		};
	if (strata?.perStratum === undefined) return null;
	const all = strataOf(strata);
	return {
		groups: all.length,
		count: strata.perStratum,
		areDistinct: dedupe,
		isExact: false,
		groupOf: ({ measured }, document) =>
			measured === undefined ? -1 : stratumOf(measured[document], all),
		keyOf: ({ hashes }, document) => seededFraction(hashes, document, seed),
	};
}
