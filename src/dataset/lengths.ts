import type { IntColumns } from "../core/int-columns.js";
import { type IntLists, IntListsBuilder, listAt } from "../core/int-lists.js";
import type { TokenBatch } from "../core/token-batch.js";
import type { ReadableFile } from "../storage/storage.js";
import { arrow } from "../tables/arrow.js";
import { type ColumnBatch, columnOf, type Schema } from "../tables/columns.js";
import { hasCuts, type Settings } from "./settings.js";

/** The table format of the lengths of a store's documents. */
export const lengthsTable = arrow;

/** What packing needs to know of documents, in the order of the input: their tokens are not read. */
export interface DocumentLengths {
	/** Tokens of each. */
	lengths: Int32Array;
	/** The length of each that strata go by; left out: they are not measured. */
	measured?: Int32Array;
	/** The place of each one's split among those of the settings; null: all are to be trained on. */
	splits: Uint8Array | null;
	/** What of each is to be trained on: first tokens of runs, each followed by the one after its last; null: all. */
	trained: IntLists | null;
	/** The tokens that each may be cut before; null: any. */
	cuts: IntLists | null;
	/** The first tokens of the sides of each but for its first; null: each is one. */
	sides: IntLists | null;
	/** What of each goes with all its sequences, by column; left out: nothing does. */
	facts?: IntColumns;
}

/** The splits of a dataset, in the order of the settings. */
export function splitsOf({ buckets }: Pick<Settings, "buckets">): string[] {
	return [...new Set(buckets.map(({ split }) => split))];
}

/** The columns of a file of lengths: a row for each document of a task. */
export function lengthsSchema(settings: Settings): Schema {
	return [
		{ name: "tokens", type: "int32" },
		...(splitsOf(settings).length > 1
			? [{ name: "split", type: "int32" } as const]
			: []),
		...(settings.strata?.strata !== undefined
			? [{ name: "measured", type: "int32" } as const]
			: []),
		...(settings.isMasked
			? [{ name: "trained", type: "list<int32>" } as const]
			: []),
		...(settings.sources.some(hasCuts)
			? (["turns", "sides"] as const).map((name) => ({
					name,
					type: "list<int32>" as const,
				}))
			: []),
		...(settings.carry ?? []).map((name) => ({
			name: ofFact(name),
			type: "int32" as const,
		})),
	];
}

/** The name of a fact's column, which no other column of lengths has. */
const ofFact = (name: string) => `fact_${name}`;

/** The rows of a file of lengths; columns that the schema does not have are not written. */
export function lengthsBatch({
	lengths,
	measured,
	splits,
	trained,
	cuts,
	sides,
	facts = {},
}: DocumentLengths): ColumnBatch {
	const none = { values: new Int32Array(0) };
	const offsets = new Int32Array(lengths.length + 1);
	return {
		rows: lengths.length,
		columns: {
			tokens: { type: "int32", values: lengths },
			split: {
				type: "int32",
				values: Int32Array.from(splits ?? new Uint8Array(lengths.length)),
			},
			measured: {
				type: "int32",
				...none,
				...(measured && { values: measured }),
			},
			trained: { type: "list<int32>", offsets, ...none, ...trained },
			turns: { type: "list<int32>", offsets, ...none, ...cuts },
			sides: { type: "list<int32>", offsets, ...none, ...sides },
			...Object.fromEntries(
				Object.entries(facts).map(([name, values]) => [
					ofFact(name),
					{ type: "int32", values },
				]),
			),
		},
	};
}

/**
 * Reads a file of lengths.
 * @param isCut Whether its documents may be cut at some places alone.
 */
export async function* readLengths(
	file: ReadableFile,
	bytes: number,
	settings: Settings,
	isCut: boolean,
): AsyncGenerator<DocumentLengths> {
	const schema = lengthsSchema(settings);
	const has = (column: string) => schema.some(({ name }) => name === column);
	const lists = (batch: ColumnBatch, column: string) =>
		has(column) ? columnOf(batch, column, "list<int32>") : null;
	for await (const batch of lengthsTable.read(file, bytes, schema)) {
		yield {
			lengths: columnOf(batch, "tokens", "int32").values,
			...(has("measured") && {
				measured: columnOf(batch, "measured", "int32").values,
			}),
			splits: has("split")
				? Uint8Array.from(columnOf(batch, "split", "int32").values)
				: null,
			trained: lists(batch, "trained"),
			cuts: isCut ? lists(batch, "turns") : null,
			sides: isCut ? lists(batch, "sides") : null,
			facts: Object.fromEntries(
				(settings.carry ?? []).map((name) => [
					name,
					columnOf(batch, ofFact(name), "int32").values,
				]),
			),
		};
	}
}

/**
 * The runs of tokens of each document that are to be trained on; the first token of it, or of
 * one of its sides, never is a label, and is in none.
 */
export function trainedRuns(
	{ offsets, lossMask }: TokenBatch,
	sides: IntLists | null = null,
): IntLists {
	const runs = new IntListsBuilder();
	const whole: number[] = [];
	for (let d = 0; d < offsets.length - 1; d++) {
		const first = offsets[d];
		let i = 0;
		const borders = sides === null ? whole : listAt(sides, d);
		for (let side = 0; side <= borders.length; side++) {
			const end = first + (borders[side] ?? offsets[d + 1] - first);
			for (i++; first + i < end; ) {
				if (lossMask?.[first + i] === 0) {
					i++;
					continue;
				}
				runs.values.push(i);
				while (first + i < end && lossMask?.[first + i] !== 0) i++;
				runs.values.push(i);
			}
		}
		runs.endList();
	}
	return runs.view();
}

/** Writes 1 to the places of the tokens that are to be trained on. */
export function markRuns(
	runs: IntLists,
	document: number,
	mask: Uint8Array,
): void {
	const of = listAt(runs, document);
	for (let i = 0; i + 1 < of.length; i += 2) mask.fill(1, of[i], of[i + 1]);
}
