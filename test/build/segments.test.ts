import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
	type BuildOptions,
	build,
	exportRows,
	loadTokenizer,
	packStore,
	verify,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import {
	contentsOf,
	directoryWith,
	fixtures,
	sharedDirectory,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import {
	expectDocuments,
	type Row,
	readManifest,
	readRows,
	rebuildDocuments,
} from "./dataset-rows.js";

const inputs = ["001", "002", "003", "004", "005"].map((number) =>
	join(fixtures, "prose", `chapter-${number}.txt`),
);
const usual = {
	...{ inputs, tokenizer: tokenizerPath, workers: 0 },
	...{ seqLen: 512, taskSize: 20_000 },
};
const columns = ["segment_number", "segment_count"] as const;

async function built(options: Partial<BuildOptions>) {
	const out = join(temporaryDirectory(), "data");
	const { manifest } = await build({ ...usual, out, ...options });
	expect((await verify(out)).problems).toEqual([]);
	return { manifest, out };
}

/** Every sequence of a dataset. */
async function sequencesOf(out: string) {
	const found: {
		document: bigint;
		start: number;
		ids: number[];
		number: number | undefined;
		count: number | undefined;
	}[] = [];
	for (const { path } of readManifest(out).shards)
		for (const row of (await readRows(join(out, path))) as (Row & {
			segment_number?: number[];
			segment_count?: number[];
		})[]) {
			let at = 0;
			row.seq_lengths.forEach((length, i) => {
				found.push({
					document: row.doc_ids[i],
					start: row.doc_offsets[i],
					ids: Array.from(row.input_ids).slice(at, at + length),
					number: row.segment_number?.[i],
					count: row.segment_count?.[i],
				});
				at += length;
			});
		}
	return found.sort(
		(a, b) => Number(a.document - b.document) || a.start - b.start,
	);
}

/** Documents of the inputs, from rows that lose nothing. */
let whole: Map<bigint, number[]>;
const shared = sharedDirectory();
beforeAll(async () => {
	const out = join(shared, "whole");
	await build({ ...usual, out });
	whole = await rebuildDocuments(out);
});

describe.each([
	"sentence",
	"paragraph",
	"capital-paragraph",
	"line",
	"regex:\\d+",
	"token",
])("%s", (segment) => {
	test("segments joined are the documents, and are numbered", async () => {
		const { out, manifest } = await built({
			segment,
			columns,
			segmentTokens: 90,
		});
		expectDocuments(await rebuildDocuments(out), whole);
		const sequences = await sequencesOf(out);
		expect(Math.max(...sequences.map(({ ids }) => ids.length))).toBeLessThan(
			91,
		);
		expect(manifest.tasks.repack).toBeGreaterThan(0);
		const counts = new Map<bigint, number>();
		for (const { document, number } of sequences) {
			counts.set(document, (counts.get(document) ?? 0) + 1);
			expect(number).toBe(counts.get(document));
		}
		for (const { document, count } of sequences)
			expect(count).toBe(counts.get(document));
	});
});

test("segments end where sentences do, and words begin them with their spaces", async () => {
	const path = directoryWith({
		"a.txt": "It was late. The rain fell. Nobody came, e.g. he. Why not?",
	});
	const { out } = await built({
		inputs: [path],
		segment: "sentence",
		segmentUnits: 1,
		addEos: false,
	});
	const tokenizer = await loadTokenizer(tokenizerPath);
	expect(
		(await sequencesOf(out)).map(({ ids }) => tokenizer.decode(ids)),
	).toEqual([
		"It was late.",
		" The rain fell.",
		" Nobody came, e.g. he.",
		" Why not?",
	]);
});

test("a segment closed after its last unit has more tokens than one closed before", async () => {
	const shortest = async (segmentClose: "before" | "after") => {
		const options = { segment: "sentence", segmentTokens: 100, segmentClose };
		const sequences = await sequencesOf((await built(options)).out);
		const inner = sequences.filter(
			({ document }, i) => sequences[i + 1]?.document === document,
		);
		return inner.map(({ ids }) => ids.length);
	};
	expect(Math.max(...(await shortest("before")))).toBeLessThanOrEqual(100);
	expect(Math.min(...(await shortest("after")))).toBeGreaterThanOrEqual(100);
});

test("overlapping segments are sound, and what they repeat is counted", async () => {
	const { out, manifest } = await built({
		...{ segment: "line", segmentUnits: 4, segmentOverlap: 2 },
		columns,
	});
	expectDocuments(await rebuildDocuments(out, { overlaps: true }), whole);
	const tokens = (await sequencesOf(out)).reduce(
		(sum, { ids }) => sum + ids.length,
		0,
	);
	const due = [...whole.values()].reduce((sum, ids) => sum + ids.length, 0);
	expect(manifest.totals.repeatedTokens).toBe(tokens - due);
	expect(tokens).toBeGreaterThan(1.2 * due);
});

test("each segment carries the end of its document, not trained on again", async () => {
	const carrySuffix = 24;
	const { out, manifest } = await built({
		...{ segment: "sentence", segmentTokens: 128, carrySuffix },
		columns,
	});
	const sequences = await sequencesOf(out);
	const joined = new Map<bigint, number[]>();
	for (const { document, ids, number, count } of sequences) {
		const suffix = whole.get(document)?.slice(-carrySuffix);
		expect(ids.slice(-carrySuffix)).toEqual(suffix);
		expect(ids.length).toBeLessThanOrEqual(128);
		const before = joined.get(document) ?? [];
		const own = number === count ? ids : ids.slice(0, -carrySuffix);
		joined.set(document, [...before, ...own]);
	}
	expectDocuments(joined, whole);
	const parts = sequences.length - whole.size;
	expect(manifest.totals.repeatedTokens).toBe(parts * carrySuffix);
	const tokens = [...whole.values()].reduce((sum, ids) => sum + ids.length, 0);
	// All are to be predicted, but for the first of each segment.
	expect(manifest.summary.labels).toBe(tokens - sequences.length);
});

test("a store keeps units, and packs as a build does, however many build", async () => {
	const fill = {
		...{ segmentTokens: 100, segmentUnits: 5, segmentOverlap: 1 },
		...{ seqLen: 512, columns, workers: 0 },
	};
	const { out } = await built({ segment: "sentence", ...fill });
	const again = await built({ segment: "sentence", ...fill, workers: 2 });
	expect(contentsOf(again.out)).toEqual(contentsOf(out));
	const { seqLen: _, ...ofStore } = usual;
	const directory = temporaryDirectory();
	const [store, packing, exported] = ["store", "packing", "exported"].map(
		(name) => join(directory, name),
	);
	await build({
		...{ ...ofStore, out: store, layout: "documents", segment: "sentence" },
	});
	await packStore({
		...{ store, out: packing, longDocuments: "segment" },
		...fill,
	});
	await exportRows({ packing, out: exported, workers: 0 });
	for (const each of [store, packing, exported])
		expect((await verify(each)).problems).toEqual([]);
	const bytesOf = (directory: string) =>
		readManifest(directory).shards.map(({ path }: { path: string }) =>
			readFileSync(join(directory, path)),
		);
	expect(bytesOf(exported)).toEqual(bytesOf(out));
});

test("a store that is added to keeps the units that it has", async () => {
	const { seqLen: _, ...ofStore } = usual;
	const out = join(temporaryDirectory(), "store");
	const store = { ...ofStore, out, layout: "documents", append: true } as const;
	await build({ ...store, inputs: inputs.slice(0, 1), segment: "syntax" });
	await build({ ...store, inputs });
	expect((await verify(out)).problems).toEqual([]);
	const packing = join(temporaryDirectory(), "packing");
	const { manifest } = await packStore({
		...{ store: out, out: packing, workers: 0, seqLen: 512 },
		...{ longDocuments: "segment", segmentUnits: 1 },
	});
	// They are lines, for no novel is source code.
	expect(manifest.totals.noted.unparsed).toBe(inputs.length);
	expect(manifest.summary.buckets[0].rows).toBeGreaterThan(40);
	await expect(
		build({ ...store, inputs, segment: "sentence" }),
	).rejects.toThrow(/segment.* would make other documents/);
});

test("buckets: each segment is in the smallest that holds it", async () => {
	const { seqLen: _, ...of } = usual;
	const out = join(temporaryDirectory(), "data");
	const { manifest } = await build({
		...{ ...of, out, layout: "buckets", segment: "paragraph" },
		...{ minLength: 64, maxLength: 512, segmentTokens: 300, columns },
	});
	expect((await verify(out)).problems).toEqual([]);
	expectDocuments(await rebuildDocuments(out), whole);
	expect(manifest.settings.cut.name).toBe("segments");
	for (const { path, bucket } of manifest.shards)
		for (const { seq_lengths } of await readRows(join(out, path)))
			for (const length of seq_lengths) {
				expect(length).toBeLessThanOrEqual(Math.min(bucket, 300));
				if (bucket > 64) expect(length).toBeGreaterThan(bucket / 2);
			}
});

describe("costs", () => {
	const texts = ["one two three four five six", "seven"];
	const records = async (costs: (tokens: number, text: number) => unknown) => {
		const tokenizer = await loadTokenizer(tokenizerPath);
		return directoryWith({
			"costs.jsonl": texts
				.map((text, i) =>
					JSON.stringify({
						text,
						bits: costs(tokenizer.encode(text).length, i),
					}),
				)
				.join("\n"),
		});
	};
	const options = { segment: "cost:bits", segmentCost: 16, segmentTokens: 100 };

	test("segments have costs of up to 16, with EOS in the last", async () => {
		const path = await records((tokens) => Array(tokens).fill(7));
		const { out } = await built({ inputs: [path], ...options });
		const lengths = new Map<bigint, number[]>();
		for (const { document, ids } of await sequencesOf(out))
			lengths.set(document, [...(lengths.get(document) ?? []), ids.length]);
		const tokenizer = await loadTokenizer(tokenizerPath);
		expect([...lengths.values()]).toEqual(
			texts.map((text) => {
				const tokens = tokenizer.encode(text).length;
				const due = Array(Math.floor(tokens / 2)).fill(2);
				if (tokens % 2 > 0) due.push(1);
				due[due.length - 1]++;
				return due;
			}),
		);
	});

	test("tokens that cost more than a segment may are counted", async () => {
		const costs = (tokens: number, text: number) =>
			Array.from({ length: tokens }, (_, i) => (text + i === 0 ? 17 : 16));
		const path = await records(costs);
		const { manifest } = await built({ inputs: [path], ...options });
		expect(manifest.totals.noted).toEqual({ costlyTokens: 1 });
	});

	test.each([
		[
			"a cost below 0",
			(tokens: number, text: number) => Array(tokens).fill(text === 1 ? -1 : 1),
			/costs\.jsonl:2: cost 0 of the field "bits" is -1, no number from 0 on/,
		],
		[
			"no costs",
			(tokens: number, text: number) =>
				text === 1 ? undefined : Array(tokens).fill(1),
			/costs\.jsonl:2: the record has no field "bits"\. Fix the record, or give onError: "skip"/,
		],
		[
			"too few",
			(tokens: number, text: number) => Array(tokens + 3 * text).fill(1),
			/costs\.jsonl:2: the field "bits" has \d+ costs, and the text \d+ tokens/,
		],
		[
			"one that is none",
			(tokens: number, text: number) => Array(tokens).fill(text ? null : 1),
			/costs\.jsonl:2: cost 0 of the field "bits" is null/,
		],
	])("%s: the record is named, or skipped", async (_, costs, sentence) => {
		const inputs = [await records(costs)];
		await expect(built({ inputs, ...options })).rejects.toThrow(sentence);
		const { manifest } = await built({ inputs, ...options, onError: "skip" });
		expect(manifest.totals.skippedRecords).toEqual({ "wrong-costs": 1 });
		expect(manifest.totals.documents).toBe(1);
	});
});

describe("messages", () => {
	const turns = (count: number) =>
		Array.from({ length: count }, (_, i) => [
			{ role: "user", content: `Question ${i}?` },
			{ role: "assistant", content: `Answer ${i}. `.repeat(5) },
		]).flat();
	const chats = (records: object[]) =>
		directoryWith({
			"chats.jsonl": records.map((each) => JSON.stringify(each)).join("\n"),
		});
	const options = () => ({
		...{ segment: "message", loss: "assistant" },
		chatTemplate: join(
			directoryWith({
				"template.jinja":
					"{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}",
			}),
			"template.jinja",
		),
	});

	test("segments are turns, several of which share a row", async () => {
		const inputs = [chats([{ messages: turns(9) }, { messages: turns(2) }])];
		const { out } = await built({
			...{ inputs, ...options(), segmentUnits: 2, columns },
		});
		const counts = (await sequencesOf(out)).map(({ number, count }) => [
			number,
			count,
		]);
		expect(counts).toEqual([
			[1, 5],
			[2, 5],
			[3, 5],
			[4, 5],
			[5, 5],
			[1, 1],
		]);
	});

	test("the system message is of the first alone", async () => {
		const inputs = [chats([{ messages: turns(9) }])];
		await expect(
			built({ inputs, ...options(), keepSystem: true }),
		).rejects.toThrow(/keepSystem would change nothing/);
	});

	test("pairs have none", async () => {
		const [user, chosen] = turns(1);
		const inputs = [
			chats([{ prompt: [user], chosen: [chosen], rejected: [chosen] }]),
		];
		await expect(
			built({ inputs, ...options(), loss: undefined, conversations: "auto" }),
		).rejects.toThrow(
			/pairs of a chosen and a rejected answer have no segments/,
		);
	});
});

test("units longer than a segment are cut, and counted", async () => {
	const path = directoryWith({ "a.txt": `${"word ".repeat(60)}.\nb\n` });
	const { manifest, out } = await built({
		...{ inputs: [path], segment: "line", segmentTokens: 20 },
	});
	expect(manifest.totals.noted.longUnits).toBe(1);
	const lengths = (await sequencesOf(out)).map(({ ids }) => ids.length);
	expect(lengths.slice(0, -1).every((length) => length === 20)).toBe(true);
	const { manifest: carried } = await built({
		...{ inputs: [path], segment: "line", segmentTokens: 20, carrySuffix: 3 },
	});
	expect(carried.totals.noted.longUnits).toBe(1);
});

describe("what cannot be is refused", () => {
	test.each([
		[{ segmentTokens: 5 }, /segmentTokens would change nothing/],
		[{ segment: "line", segmentTokens: 600 }, /more than the 512 tokens/],
		[
			{ segment: "line", longDocuments: "split" },
			/segment would change nothing/,
		],
		[{ longDocuments: "segment" }, /have no units.*give segment/],
		[{ segment: "line", packer: "concat" }, /segment would change nothing/],
		[
			{ segment: "line", segmentUnits: 2, segmentOverlap: 2 },
			/segmentOverlap is 2, and segments have 2 units/,
		],
		[{ segment: "line", carrySuffix: 512 }, /carrySuffix is 512/],
		[
			{ segment: "line", carrySuffix: 5, minSequence: 9 },
			/minSequence is 9, and segments of any length/,
		],
		[{ segment: "line", loss: "assistant" }, /give segment: "message"/],
		[{ segment: "message" }, /the records are no conversations/],
		[{ segment: "cost:a" }, /segmentCost is missing/],
		[{ segment: "cost:a", segmentCost: -1 }, /segmentCost is -1/],
		[{ segment: "line", segmentCost: 1 }, /segmentCost would change nothing/],
		[{ segment: "regex:(" }, /pattern "\("/],
	] as [Partial<BuildOptions>, RegExp][])("%j", async (options, sentence) => {
		await expect(built(options)).rejects.toThrow(sentence);
	});

	test("units of text in token ids", async () => {
		const path = directoryWith({ "ids.jsonl": '{"ids":[1,2,3]}' });
		const { tokenizer: _, ...of } = usual;
		const ids = {
			...{ ...of, inputs: [path], tokensField: "ids", vocabSize: 9 },
			...{ addEos: false, out: join(temporaryDirectory(), "x") },
		};
		await expect(build({ ...ids, segment: "line" })).rejects.toThrow(
			/the input is token ids, which have no such units: give segment: "token"/,
		);
		const { manifest } = await build({
			...{ ...ids, segment: "token", segmentUnits: 2, segmentOverlap: 1 },
		});
		expect(manifest.totals.repeatedTokens).toBe(1);
	});
});
