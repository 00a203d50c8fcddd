import { describe, expect, test } from "vitest";
import type { SourceFigures } from "../../../src/report/figures/figures.js";
import { filesToRead } from "../../../src/report/figures/files-to-read.js";
import {
	groupedEntries,
	MOST_ENTRIES,
} from "../../../src/report/figures/grouped.js";
import { LengthCounts } from "../../../src/report/figures/length-counts.js";
import { rowRange } from "../../../src/report/figures/row-range.js";
import { sampleRow } from "../../../src/report/figures/sample-row.js";
import {
	type SourceFile,
	sourcesTree,
} from "../../../src/report/figures/sources-tree.js";

const MANY = 100_000;

describe("Lengths are counted in ranges", () => {
	test("one by one below 8, and then four to a doubling", () => {
		const counts = new LengthCounts();
		counts.addAll([0, 64]);
		expect(
			counts.histogram()?.bins.map(({ first, last }) => [first, last]),
		).toEqual([
			...Array.from({ length: 8 }, (_, i) => [i, i]),
			...[
				[8, 9],
				[10, 11],
				[12, 13],
				[14, 15],
			],
			...[
				[16, 19],
				[20, 23],
				[24, 27],
				[28, 31],
			],
			...[
				[32, 39],
				[40, 47],
				[48, 55],
				[56, 63],
			],
			[64, 79],
		]);
	});

	test("each length in one, up to the longest that there can be", () => {
		for (let power = 0; power < 31; power++)
			for (const length of [
				2 ** power - 1,
				2 ** power,
				2 ** power + 1,
				1.4 * 2 ** power,
			]) {
				const counts = new LengthCounts();
				counts.add(Math.floor(length));
				const [{ first, last, count }] = counts.histogram()?.bins ?? [];
				expect(count).toBe(1);
				expect(first).toBeLessThanOrEqual(Math.floor(length));
				expect(last).toBeGreaterThanOrEqual(Math.floor(length));
			}
	});

	test("of a sample, as many as they stand for; the sum is that of the ranges", () => {
		const counts = new LengthCounts();
		for (let i = 1; i < 200; i++) counts.add(i, 3.7);
		const histogram = counts.histogram();
		const sum = histogram?.bins.reduce((sum, { count }) => sum + count, 0);
		expect(histogram?.count).toBe(sum);
		expect(Math.abs((sum ?? 0) - 199 * 3.7)).toBeLessThan(30);
		expect(new LengthCounts().histogram()).toBeNull();
	});
});

test("Of 100,000 buckets the largest stand by themselves, in their order, and the rest are summed up", () => {
	const all = Array.from({ length: MANY }, (_, i) => ({
		...{ length: i, tokens: (i * 7919) % MANY, rows: i % 3 },
	}));
	const { entries, rest } = groupedEntries(
		all,
		(bucket) => bucket,
		({ length, tokens, rows }) => ({ length, tokens, rows }),
	);
	expect(entries).toHaveLength(MOST_ENTRIES);
	const sum = (key: "tokens" | "rows") =>
		entries.reduce((sum, entry) => sum + entry[key], 0) + (rest?.[key] ?? 0);
	for (const key of ["tokens", "rows"] as const)
		expect(sum(key)).toBe(all.reduce((sum, bucket) => sum + bucket[key], 0));
	expect(entries.length + (rest?.count ?? 0)).toBe(MANY);
	expect(Math.min(...entries.map(({ tokens }) => tokens))).toBe(
		MANY - MOST_ENTRIES,
	);
	const lengths = entries.map(({ length }) => length);
	expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
});

describe("The tree of sources", () => {
	const file = (
		path: string,
		tokens: number,
		of: string | null = null,
	): SourceFile => ({
		...{ of, path, tokens, bytes: 3 * tokens, documents: 1 },
	});
	const nodesOf = ({ parts }: SourceFigures): number =>
		1 + parts.entries.reduce((sum, part) => sum + nodesOf(part), 0);

	test("of 100,000 sources is bounded, and sums are whole", () => {
		for (const pathOf of [
			(i: number) => `${i % 10}/${i % 100}/${i % 1000}/${i}.jsonl`,
			(i: number) => `${"d/".repeat(i % 9)}${i}`,
		]) {
			const files = Array.from({ length: MANY }, (_, i) => file(pathOf(i), i));
			const all = (MANY * (MANY - 1)) / 2;
			const tree = sourcesTree([], files, all);
			const nodes = tree.entries.reduce((sum, part) => sum + nodesOf(part), 0);
			expect(nodes).toBeLessThanOrEqual(1000);
			expect(JSON.stringify(tree).length).toBeLessThan(500_000);
			const sum =
				tree.entries.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0) +
				(tree.rest?.tokens ?? 0);
			expect(sum).toBe(all);
		}
	});

	test("of 100,000 named sources has those with most tokens, and what the manifest counts of them", () => {
		const named = Array.from({ length: MANY }, (_, i) => ({
			...{ name: `s${i}`, documents: 1, rows: 2, tokens: i },
		}));
		const files = named.map(({ name, tokens }) =>
			file("a.jsonl", tokens, name),
		);
		const { entries, rest } = sourcesTree(named, files, 1e9);
		expect(entries[0]).toMatchObject({
			name: "s99999/a.jsonl",
			rows: 2,
			tokens: 99_999,
		});
		expect(entries.length + (rest?.count ?? 0)).toBe(MANY);
	});

	test("a directory of a source without a name is not the source of that name", () => {
		const counts = { documents: 1, rows: 1, tokens: 10 };
		const file = (of: string | null, path: string) => ({
			...{ of, path, bytes: 1, documents: 1, tokens: 10 },
		});
		const { entries } = sourcesTree(
			[
				{ name: "web", ...counts },
				{ name: null, ...counts },
			],
			[
				...[file("web", "a.jsonl"), file("web", "b.jsonl")],
				...[file(null, "web/c.jsonl"), file(null, "web/d.jsonl")],
			],
			20,
		);
		expect(
			entries.map(({ name, parts }) => [name, parts.entries.length]),
		).toEqual([
			["./web", 2],
			["web", 2],
		]);
	});

	test("joins directories of one entry, and shows the largest first", () => {
		const tree = sourcesTree(
			[],
			[file("a/b/c.txt", 1), file("a/b/d.txt", 3), file("e", 2)],
			6,
		);
		expect(tree.entries.map(({ name, tokens }) => [name, tokens])).toEqual([
			["a/b", 4],
			["e", 2],
		]);
		expect(tree.entries[0].parts.entries.map(({ name }) => name)).toEqual([
			"d.txt",
			"c.txt",
		]);
	});

	test("is as deep as it may be", () => {
		const deep = Array.from({ length: 300 }, (_, i) =>
			file(`${"d/".repeat(i)}f`, 1),
		);
		expect(() => JSON.stringify(sourcesTree([], deep, 300))).not.toThrow();
	});
});

test("Of many files whole ones are read, evenly spread", () => {
	const files = Array.from({ length: 1000 }, (_, i) => ({ rows: 10, i }));
	expect(filesToRead(files, 10_000)).toEqual({ files, share: 1 });
	const { files: read, share } = filesToRead(files, 1000);
	expect(read.map(({ i }) => i)).toEqual(
		Array.from({ length: 100 }, (_, i) => 5 + 10 * i),
	);
	expect(share).toBe(0.1);
	expect(filesToRead([{ rows: 99 }], 1).share).toBe(1);
});

test("Rows are asked for as a range", () => {
	expect(rowRange("3")).toEqual([3, 4]);
	expect(rowRange("3..9")).toEqual([3, 10]);
	for (const text of [
		"",
		"a",
		"3..",
		"..3",
		"9..3",
		"-1",
		"1.5",
		"0..256",
		"1".repeat(30),
	])
		expect(() => rowRange(text), text).toThrow();
});

test("A row of many segments lists the first, and tells how many there are", () => {
	const lengths = new Int32Array(5000).fill(2);
	const ids = Int32Array.from({ length: 10_000 }, (_, i) => i);
	const documents = Array.from(lengths, (_, i) => String(i));
	const lossMask = ids.map((id) => id & 1);
	const row = { row: 0, ids, lengths, offsets: lengths, documents, lossMask };
	const { segments, segmentCount, shownTokens, length } = sampleRow(
		row,
		5,
		null,
	);
	expect([segments.length, segmentCount, shownTokens, length]).toEqual([
		1024, 5000, 5, 10_000,
	]);
	expect(segments.slice(0, 4).map(({ ids }) => ids)).toEqual([
		[0, 1],
		[2, 3],
		[4],
		[],
	]);
	// The first of a sequence is as the one after it.
	expect(segments[0].trained).toBeNull();
});
