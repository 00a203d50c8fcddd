import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Sequences } from "../../src/build/cut-window.js";
import { Leftovers, LeftoversReader } from "../../src/build/leftovers.js";
import { Workspace } from "../../src/build/workspace.js";
import {
	type IntLists,
	IntListsBuilder,
	listAt,
} from "../../src/core/int-lists.js";
import { TokenBatchBuilder } from "../../src/core/token-batch.js";
import { pack } from "../../src/pack/pack.js";
import { temporaryDirectory } from "../helpers.js";

function listsOf(lists: readonly number[][]): IntLists {
	const builder = new IntListsBuilder();
	for (const list of lists) {
		builder.values.append(list);
		builder.endList();
	}
	return builder.view();
}

const CAPACITY = 32;

/** Whole documents of some lengths, of a task, packed. */
function packedWindow(lengths: number[], task: number) {
	const tokens = new TokenBatchBuilder();
	lengths.forEach((length, document) => {
		tokens.ids.append(
			Array.from({ length }, (_, i) => task * 1e6 + document * 1000 + i),
		);
		tokens.endList();
	});
	const length = Int32Array.from(lengths);
	return {
		documents: tokens.view(),
		doc: {
			task: length.map(() => task),
			number: length.map((_, d) => d + 10),
			start: length.map((_, d) => d * 3),
		},
		facts: {
			document_labels: length.map((tokens) => tokens - 1),
			segment_number: length.map((_, d) => d + 7),
			segment_count: length.map((_, d) => d + 70),
			stratum: length.map((_, d) => (d % 4) - 1),
		},
		pieces: {
			document: length.map((_, d) => d),
			start: new Int32Array(lengths.length),
			length,
		},
		// Every third has two sides or three.
		sides: listsOf(
			lengths.map((length, d) =>
				d % 3 > 0 || length < 3 ? [] : d % 2 > 0 ? [1] : [1, length - 1],
			),
		),
		packing: pack(length, CAPACITY),
	};
}

function sequencesOf({ documents, doc, facts, pieces, sides }: Sequences) {
	return [...pieces.document].map((document, piece) => {
		const from = documents.offsets[document] + pieces.start[piece];
		return {
			task: doc.task[document],
			number: doc.number[document],
			start: doc.start[document] + pieces.start[piece],
			facts: Object.values(facts).map((values) => values[piece]),
			sides: [...listAt(sides as IntLists, document)],
			ids: [...documents.ids.subarray(from, from + pieces.length[piece])],
		};
	});
}

test("each sequence stays in a pack or is read back as it was; the emptiest packs are left", async () => {
	const windows = fc.array(
		fc.array(fc.integer({ min: 1, max: CAPACITY }), { maxLength: 40 }),
		{ minLength: 1, maxLength: 3 },
	);
	await fc.assert(
		fc.asyncProperty(windows, async (tasks) => {
			const workspace = new Workspace(
				join(temporaryDirectory(), "out"),
				"0".repeat(64),
			);
			const reader = new LeftoversReader({ isMasked: false });
			const due: ReturnType<typeof sequencesOf> = [];
			for (const [task, lengths] of tasks.entries()) {
				const window = packedWindow(lengths, task);
				const { order, packOffsets } = window.packing;
				const leftovers = new Leftovers(3, { isMasked: false });
				const bucket = task % 3;
				const stay = leftovers.take(
					bucket,
					window,
					window.pieces.length,
					CAPACITY,
				);
				const packs = Array.from({ length: packOffsets.length - 1 }, (_, p) => [
					...order.subarray(packOffsets[p], packOffsets[p + 1]),
				]);
				const fill = (p: number) =>
					packs[p].reduce((sum, piece) => sum + lengths[piece], 0);
				const left = [...packs.keys()].filter((p) => !stay.includes(p));
				expect([...stay]).toEqual([...stay].sort((a, b) => a - b));
				expect(left.every((p) => fill(p) < CAPACITY)).toBe(true);
				const fullestLeft = Math.max(0, ...left.map(fill));
				for (const p of stay)
					expect(fill(p)).toBeGreaterThanOrEqual(fullestLeft);
				const written = await leftovers.write(workspace, task);
				expect(written === null).toBe(left.length === 0);
				if (written !== null) await reader.add(workspace, task, written);
				const all = sequencesOf({
					...window,
					buckets: new Int32Array(lengths.length).fill(bucket),
				});
				due.push(...left.flatMap((p) => packs[p].map((piece) => all[piece])));
			}
			const sequences = reader.sequences();
			const key = (each: { task: number; number: number }) =>
				`${each.task} ${String(each.number).padStart(3, "0")}`;
			const sorted = (list: typeof due) =>
				list.sort((a, b) => (key(a) < key(b) ? -1 : 1));
			expect(sorted(sequencesOf(sequences))).toEqual(sorted(due));
			expect([...sequences.buckets]).toEqual(
				[...sequences.doc.task].map((task) => task % 3),
			);
		}),
		{ numRuns: 40 },
	);
});
