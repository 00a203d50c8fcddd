// The vectors of docs/format-plan.md are what the code computes; the Python reader is compared
// with the same (test/interop/python/check_vectors.py).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveBatches } from "../../src/batches/batch-settings.js";
import { GroupsReader } from "../../src/batches/groups-reader.js";
import { LanesReader } from "../../src/batches/lanes-reader.js";
import { createRandom } from "../../src/core/random.js";
import { shuffledIndex } from "../../src/core/shuffled-index.js";
import { BucketPlaces } from "../../src/curriculum/bucket-places.js";
import { mixedPlace } from "../../src/curriculum/mixed-place.js";
import type { SourceRows } from "../../src/curriculum/plan-stage.js";
import type { GlobalAttention } from "../../src/masks/chunks.js";
import { batchColumns, columns } from "../../src/masks/columns.js";
import { paddedCuSeqlens } from "../../src/masks/cu-seqlens.js";
import {
	type PositionRule,
	parsePositionRule,
} from "../../src/masks/positions.js";
import { rowShare } from "../../src/masks/row-share.js";
import {
	cutRow,
	type SequenceShares,
	shareOfRow,
} from "../../src/masks/sequence-parallel.js";
import type { BatchState } from "../../src/options/batches.js";
import type {
	CurriculumPlan,
	ExtendedPlan,
} from "../../src/plan/curriculum-plan.js";
import type { PlanGroups } from "../../src/plan/groups-file.js";
import { GroupsWriter } from "../../src/plan/groups-writer.js";
import type { LaneWindow, PlanLanes } from "../../src/plan/lanes-file.js";
import { createLanesWriter } from "../../src/plan/lanes-writer.js";
import { canonicalJson, sha256 } from "../../src/storage/hash.js";
import { storageAt } from "../../src/storage/storages.js";
import { fixtures, temporaryDirectory } from "../helpers.js";

interface Vectors {
	random: { key: number[]; numbers: number[] }[];
	permutation: {
		count: number;
		key: number[];
		places: number[];
		rows: number[];
	}[];
	mixed: {
		sources: SourceRows[];
		places: number[];
		source: number[];
		place: number[];
	}[];
	spans: {
		sources: SourceRows[];
		spans: number[][];
		places: number[];
		source: number[];
		place: number[];
	}[];
	rows: {
		ids: number[];
		seqLengths: number[];
		lossMask: number[] | null;
		length: number;
		told: {
			chunk: number;
			positions: string;
			globalAttention: GlobalAttention;
			trainedPadding?: number;
		};
		nextLabel?: number;
		/** Of rows of trees of prefixes, whose loss mask is of all documents through each token together. */
		tree?: { parents: number[]; multiplicity: number[] };
		columns: Record<string, number[]>;
	}[];
	lanes: {
		chunk: number;
		count: number;
		windows: LaneWindow[];
		documents: Record<string, number[]>;
		read: (number | null)[][];
	}[];
	groups: {
		rows: Record<string, number[]> & { items: number[][] };
		/** Where the groups of each step begin, and how many there are. */
		steps: [number, number][];
	}[];
	shares: {
		length: number;
		parts: number;
		part: number;
		shares: SequenceShares;
		values: number[];
	}[];
	sequenceShares: {
		seqLengths: number[];
		shares: SequenceShares;
		parts: number;
		part: number;
		multiple: number;
		most: number;
		width: number;
		tokens: number[];
		beyond: number[];
		cu_seqlens: number[];
		cu_seqlens_padded: number[];
	}[];
	states: {
		planHash: string;
		parents?: ExtendedPlan[];
		state: BatchState;
		isTaken: boolean;
	}[];
	hashes: { text: string; canonical: string; sha256: string }[];
}

const vectors: Vectors = JSON.parse(
	readFileSync(join(fixtures, "plan/vectors.json"), "utf8"),
);

test.each(vectors.random)("the stream of the key $key", ({ key, numbers }) => {
	const random = createRandom(...key);
	expect(numbers.map(random)).toEqual(numbers);
});

test.each(vectors.permutation)(
	"the permutation of $count by $key",
	({ count, key, places, rows }) => {
		expect(places.map(shuffledIndex(count, ...key))).toEqual(rows);
		if (places.length === count) expect(new Set(rows).size).toBe(count);
	},
);

test.each(vectors.mixed)(
	"places of the sources $sources",
	({ sources, places, source, place }) => {
		const found = places.map((at) => mixedPlace(sources, at));
		expect(found.map((each) => each.source)).toEqual(source);
		expect(found.map((each) => each.place)).toEqual(place);
	},
);

test.each(vectors.spans)(
	"places of the sources $sources in spans $spans",
	({ sources, spans, places, source, place }) => {
		const bucket = new BucketPlaces({ sources, spans });
		const found = places.map((at) => bucket.find(at));
		expect(found.map((each) => each.source)).toEqual(source);
		expect(found.map((each) => each.place)).toEqual(place);
		// How many are before a place is what was found so far.
		const all = spans.flat().reduce((sum, rows) => sum + rows, 0);
		const counts = sources.map(() => 0);
		for (let at = 0; at <= Math.min(all, 200); at++) {
			expect(bucket.before(at)).toEqual(counts);
			if (at < all) counts[bucket.find(at).source]++;
		}
	},
);

test.each(vectors.rows)("columns of a row of $seqLengths", (row) => {
	// Weights are read, and not made; the borders of padded sequences are those of `sequenceShares`.
	const made = batchColumns.filter(
		(name) =>
			name !== "loss_weight" &&
			columns.find(name).needs !== "sequenceMultiple" &&
			(row.tree === undefined || columns.find(name).ofTrees),
	);
	const positions = parsePositionRule(row.told.positions) as PositionRule;
	expect(Object.keys(row.columns).sort()).toEqual([...made].sort());
	const seqLengths = Int32Array.from(row.seqLengths);
	const tokenRow = {
		ids: Int32Array.from(row.ids),
		seqLengths,
		lossMask: row.lossMask,
		...(row.nextLabel !== undefined && { nextLabel: row.nextLabel }),
		...(row.tree && {
			tree: {
				seqLengths,
				parents: Int32Array.from(row.tree.parents),
				multiplicity: Int32Array.from(row.tree.multiplicity),
				trained: row.lossMask,
			},
		}),
	};
	for (const name of made)
		expect(
			Array.from(
				columns
					.find(name)
					.batch?.(tokenRow, row.length, { ...row.told, positions }) ?? [],
			),
			name,
		).toEqual(row.columns[name]);
});

test.each(vectors.lanes)(
	"what $count lanes read, forwards and backwards",
	async ({ chunk, count, windows, documents, read }) => {
		const directory = temporaryDirectory();
		const path = join(directory, "lanes.arrow");
		const writer = await createLanesWriter(storageAt(path), path);
		const rows = documents.lane.map((_, i) => ({
			lane: documents.lane[i],
			firstStep: documents.first_step[i],
			dataset: documents.dataset[i],
			tokens: documents.tokens[i],
			prefixLength: documents.prefix_length[i],
			row: documents.row[i],
		}));
		for (const row of rows) await writer.add(row);
		const file = { path: "lanes.arrow", ...(await writer.finish()) };
		const lanes = { chunk, count, windows, ...file } as PlanLanes;
		const steps = [...read.keys()];
		for (const order of [steps, steps.toReversed()]) {
			const reader = new LanesReader(directory, lanes);
			for (const step of order) {
				const due = read[step].map((i) => (i === null ? null : rows[i]));
				expect(reader.at(step, 0, count)).toEqual(due);
				expect(reader.at(step, count - 1, 1)).toEqual(due.slice(-1));
			}
			reader.close();
		}
	},
);

test.each(vectors.groups)(
	"groups of the steps $steps, forwards and backwards",
	async ({ rows, steps }) => {
		const directory = temporaryDirectory();
		const path = join(directory, "groups.arrow");
		const writer = await GroupsWriter.create(storageAt(path), path);
		const groups = rows.step.map((_, i) => ({
			microBatch: rows.micro_batch[i],
			firstRank: rows.first_rank[i],
			degree: rows.degree[i],
			labels: rows.labels[i],
			cost: rows.cost[i],
			items: Int32Array.from(rows.items[i]),
		}));
		for (const [i, group] of groups.entries())
			await writer.add(rows.step[i], group);
		const file = { path: "groups.arrow", ...(await writer.finish()) };
		const reader = new GroupsReader(directory, file as PlanGroups);
		for (const [first, count] of [...steps, ...steps.toReversed()])
			expect(reader.of({ first, count, microBatches: 1 })).toEqual(
				groups.slice(first, first + count),
			);
		reader.close();
	},
);

test.each(vectors.shares)("$shares share $part of $parts", (share) => {
	const { length, parts, part, shares, values } = share;
	const row = Array.from({ length }, (_, i) => i);
	expect([...cutRow(row, shareOfRow(length, parts, part, shares))]).toEqual(
		values,
	);
});

test.each(vectors.sequenceShares)(
	"$shares share $part of $parts of sequences of $seqLengths",
	({ seqLengths, tokens, beyond, ...share }) => {
		const lengths = Int32Array.from(seqLengths);
		const { cut, rowLength, padding, ...given } = rowShare(lengths, share);
		const row = Array.from({ length: rowLength }, (_, i) => i);
		const due = tokens.map((token, i) => token + beyond[i]);
		expect([...cut(row, "repeated")]).toEqual(tokens);
		expect([...cut(row, "counted")]).toEqual(due);
		expect([...cut(row, -1)]).toEqual(
			tokens.map((token, i) => (beyond[i] > 0 ? -1 : token)),
		);
		const whole = given.seqLengths.reduce((sum, n) => sum + n, padding);
		const { multiple } = share;
		const borders = paddedCuSeqlens(given.seqLengths, multiple, whole);
		expect([...borders.cuSeqlens]).toEqual(share.cu_seqlens);
		expect([...borders.cuSeqlensPadded]).toEqual(share.cu_seqlens_padded);
	},
);

test.each(vectors.states)(
	"the state $state of a plan and its parents",
	({ planHash, parents, state, isTaken }) => {
		const rest = { batches: "packed", stages: [], totals: { steps: 40 } };
		const plan = { planHash, ...(parents && { parents }), ...rest };
		const resolve = () =>
			resolveBatches(plan as unknown as CurriculumPlan, { state });
		if (isTaken) expect(resolve().from).toBe(state.step);
		else expect(resolve).toThrow(/the state is /);
	},
);

test.each(vectors.hashes)(
	"the hash of $text",
	({ text, canonical, sha256: hash }) => {
		expect(canonicalJson(JSON.parse(text))).toBe(canonical);
		expect(sha256(canonical)).toBe(hash);
	},
);
