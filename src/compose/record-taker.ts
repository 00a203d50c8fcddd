import type { Filter } from "../documents/filter.js";
import { parseFilter } from "../documents/filter.js";
import type { RecipeRecord } from "../recipes/draft.js";
import { Utf8Text } from "../recipes/utf8-text.js";
import type { Documents } from "../sources/read-records.js";
import type { WantedFields } from "../sources/records/fields.js";
import { type FieldPath, parseFieldPath } from "../sources/records/fields.js";
import { noId } from "../sources/records/take-fields.js";
import type { RecordTaker } from "../sources/records/taker.js";
import {
	BadInput,
	type BadRecord,
	type RecordBatch,
	type SourceFormat,
} from "../sources/source.js";

/** Which fields of records are read for a recipe. */
export interface RecordSettings {
	textField: string | null;
	idField: string | null;
	where: string | null;
	/** Those that the recipe names. */
	fields: readonly string[];
}

/**
 * Takes from records what a recipe wants of them: `recordsIn` reads what it carries. Their texts
 * are views of the batch: whoever has them after the next is asked for keeps them (`Utf8Text.keep`).
 */
export function recipeTaker(settings: RecordSettings): RecordTaker {
	const path = (name: string | null, option: string) =>
		name === null ? null : parseFieldPath(name, option);
	const textPath = path(settings.textField, "textField");
	const idPath = path(settings.idField, "idField");
	const filter =
		settings.where === null ? null : parseFilter(settings.where, "where");
	const own = settings.fields.map((name) => parseFieldPath(name, "recipe"));
	return {
		wanted: ({ fields }: SourceFormat): WantedFields => ({
			text: (fields.fixed ? null : textPath) ?? [fields.text],
			id: (fields.fixed ? null : idPath) ?? [fields.id],
			values: [...(filter?.fields ?? []), ...own],
		}),
		take(batch, { fields }) {
			const wantsId = fields.fixed ? null : idPath;
			const { kept, refused, leftOut } = choose(batch, filter, wantsId);
			const first = filter?.fields.length ?? 0;
			const select = <T>(values: readonly T[]) =>
				kept.length === values.length
					? [...values]
					: kept.map((i) => values[i]);
			return {
				// The texts are carried, which a text that is missing is no text of.
				texts: {
					bytes: new Uint8Array(0),
					offsets: new Int32Array(kept.length + 1),
				},
				marks: null,
				hashes: null,
				ids: select(batch.ids).map((id) =>
					typeof id === "string" ? id : null,
				),
				positions: select(batch.positions),
				numbers: select(batch.numbers),
				carried: kept.map((record) =>
					carriedOf(batch, record, settings.fields, first),
				),
				refused: [...batch.bad, ...refused].sort((a, b) => a.number - b.number),
				moreDocuments: 0,
				leftOut,
			};
		},
	};
}

type Carried = Pick<RecipeRecord, "text" | "fields">;

const NO_FIELDS: Readonly<Record<string, unknown>> = {};

function carriedOf(
	{ texts: { bytes, offsets }, notTexts, values }: RecordBatch,
	record: number,
	names: readonly string[],
	first: number,
): Carried {
	const text = notTexts.has(record)
		? null
		: new Utf8Text(bytes.subarray(offsets[record], offsets[record + 1]));
	if (names.length === 0) return { text, fields: NO_FIELDS };
	const fields: Record<string, unknown> = Object.create(null);
	for (const [f, name] of names.entries()) {
		const value = values[first + f][record];
		if (value !== undefined) fields[name] = value;
	}
	return { text, fields };
}

function choose(
	batch: RecordBatch,
	filter: Filter | null,
	idPath: FieldPath | null,
): { kept: number[]; refused: BadRecord[]; leftOut: Record<string, number> } {
	const all = [...batch.positions.keys()];
	const refused: BadRecord[] = [];
	if (filter === null && idPath === null)
		return { kept: all, refused, leftOut: {} };
	let out = 0;
	const kept = all.filter((record) => {
		try {
			const values = filter?.fields.map((_, f) => batch.values[f][record]);
			if (filter !== null && !filter.holds(values as unknown[])) {
				out++;
				return false;
			}
			if (idPath !== null && typeof batch.ids[record] !== "string")
				throw noId(idPath);
			return true;
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
			refused.push({
				position: batch.positions[record],
				number: batch.numbers[record],
				reason: error.reason,
				sentence: error.message,
			});
			return false;
		}
	});
	return { kept, refused, leftOut: out > 0 ? { where: out } : {} };
}

/** The records of a batch that such a taker took. */
export function recordsIn({
	ids,
	positions,
	source,
	carried = [],
}: Documents): RecipeRecord[] {
	return positions.map((position, i) => {
		const { text, fields } = carried[i] as Carried;
		return { id: ids[i], source, position, text, fields };
	});
}
