import { DataError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import type { FoundInput } from "../sources/find/candidate.js";
import { sourceFormats } from "../sources/formats.js";
import { type FieldPath, fieldName } from "../sources/records/fields.js";
import type { ReadableStorage } from "../sources/source.js";
import { reading, unreadable } from "./faults.js";

/** What is known of records that follow one another. */
export interface Lengths {
	/** The number of the first, from 0. */
	first: number;
	lengths: Float64Array;
	/** What each costs; null where nothing says it. */
	costs: Float64Array | null;
}

/** What formats say of a file that has none of the columns that are wanted. */
const NO_SUCH_COLUMN = "no-text-column";

function noSuchColumn(path: string, [column]: readonly FieldPath[]): DataError {
	return new DataError(
		"no-such-column",
		`${path} has no column ${fieldName(column)}.`,
	);
}

/** The name of no column: an id is not wanted. */
export const NO_COLUMN: FieldPath = ["\0"];

/**
 * Reads the lengths of a file's records, and what they cost, and no other column.
 * @throws DataError `bad-length`, `bad-cost`, which name file and record; what cannot be read
 */
export async function* readLengths(
	storage: ReadableStorage,
	file: FoundInput,
	lengthColumn: FieldPath,
	costColumn: FieldPath | null,
): AsyncGenerator<Lengths> {
	const { read, describePlace } = sourceFormats.find(file.format);
	const { path } = file;
	const wanted = {
		text: null,
		id: NO_COLUMN,
		values: costColumn === null ? [lengthColumn] : [lengthColumn, costColumn],
	};
	const all = { start: 0, end: Infinity };
	const batches = read(storage, file, all, wanted);
	try {
		for (;;) {
			const next = await reading(path, () => batches.next());
			if (next.done) return;
			const { values, positions, bad } = next.value;
			for (const { number, reason, sentence } of bad)
				if (reason === NO_SUCH_COLUMN) throw noSuchColumn(path, wanted.values);
				else throw unreadable(describePlace(path, number), reason, sentence);
			if (positions.length === 0) continue;
			const [first] = positions;
			const numbersOf = (
				column: FieldPath,
				values: readonly unknown[],
				isOne: (value: number) => boolean,
				[code, what]: readonly [string, string],
			) =>
				Float64Array.from(values, (value, i) => {
					const number = typeof value === "bigint" ? Number(value) : value;
					if (typeof number === "number" && isOne(number)) return number;
					throw new DataError(
						code,
						`${describePlace(path, first + i + 1)}: ${fieldName(column)} is ${quoted(value ?? null)}, and ${what}.`,
					);
				});
			yield {
				first,
				lengths: numbersOf(lengthColumn, values[0], isLength, LENGTH),
				costs: costColumn && numbersOf(costColumn, values[1], isCost, COST),
			};
		}
	} finally {
		await batches.return(undefined);
	}
}

const LENGTH = [
	"bad-length",
	"a length in tokens is a whole number, 0 or more: fix the record",
] as const;
const COST = [
	"bad-cost",
	"what a record costs is a number, 0 or more: fix the record",
] as const;

const isLength = (value: number) => Number.isSafeInteger(value) && value >= 0;
const isCost = (value: number) => Number.isFinite(value) && value >= 0;
