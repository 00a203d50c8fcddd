// What differs between two datasets: an edit of the input is found as what it is.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import {
	type BuildOptions,
	build,
	convertDataset,
	exportDataset,
	packStore,
	planCurriculum,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { diff } from "../../../src/report/diff/diff.js";
import { signedJson } from "../../../src/storage/signed-json.js";
import { readManifest } from "../../build/dataset-rows.js";
import { casesOf, randomOf } from "../../cases.js";
import { seqpack, sharedDirectory, temporaryDirectory } from "../../helpers.js";

interface Document {
	id?: string;
	ids: number[];
	mask?: number[];
}

const directory = sharedDirectory();
const base = documentsOf(60);

/** Documents of many lengths, whose tokens tell them apart. */
function documentsOf(count: number, prefix: string | null = "doc"): Document[] {
	return Array.from({ length: count }, (_, number) => ({
		...(prefix !== null && { id: `${prefix}-${number}` }),
		ids: Array.from(
			{ length: 3 + ((number * 37) % 70) },
			(_, i) => (number * 131 + i * 7) % 3989,
		),
	}));
}

async function built(
	documents: readonly Document[],
	options: Partial<BuildOptions> = {},
	out = join(temporaryDirectory(), "data"),
): Promise<string> {
	// The name of the input is the same wherever it is.
	const path = join(out, "..", "in.jsonl");
	writeFileSync(path, documents.map((d) => `${JSON.stringify(d)}\n`).join(""));
	await build({
		inputs: [path],
		tokensField: "ids",
		vocabSize: 4001,
		seqLen: 64,
		format: "arrow",
		// Several tasks, and shards of each.
		taskSize: 2000,
		shardTokens: 512,
		workers: 0,
		out,
		...options,
	});
	return out;
}

let packed = "";

beforeAll(async () => {
	packed = await built(base, {}, join(directory, "packed"));
});

async function documentsOfDiff(a: string, b: string, limit = 20) {
	const { documents, ...rest } = await diff(a, b, { limit });
	if (documents === null) throw new Error("documents were not compared");
	return { documents, ...rest };
}

const namesOf = ({ list }: { list: { id: string | null }[] }) =>
	list.map(({ id }) => id);

test("a dataset is the same as itself, and as one of other workers", async () => {
	const again = await built(base, { workers: 1 });
	for (const other of [packed, again]) {
		const result = await diff(packed, other);
		expect(result).toMatchObject({ same: true, byHash: true, rows: null });
		expect(result.settings.count + result.inputs.count).toBe(0);
	}
});

test("read in full, a dataset is the same as a copy", async () => {
	const copy = join(temporaryDirectory(), "copy");
	cpSync(packed, copy, { recursive: true });
	// Another hash of the plan alone.
	edit(copy, (manifest) => {
		manifest.planHash = "0".repeat(64);
	});
	const { documents, rows, ...rest } = await documentsOfDiff(packed, copy);
	expect(rest).toMatchObject({ same: true, byHash: false });
	expect(documents).toMatchObject({ a: 60, b: 60, same: 60, by: "tokens" });
	const count = readManifest(packed).summary.rows;
	expect(rows).toMatchObject({ a: count, b: count, equal: count, moved: 0 });
});

/** Changes a manifest, with the hash that it has of itself. */
function edit(
	dataset: string,
	change: (manifest: Record<string, unknown>) => void,
): void {
	const path = join(dataset, "seqpack.json");
	const { sha256: _, ...manifest } = JSON.parse(readFileSync(path, "utf8"));
	change(manifest);
	writeFileSync(path, signedJson(manifest));
}

/** What an edit of some documents makes of them, and what is due of it. */
interface Edit {
	documents: Document[];
	changed: string[];
	added: string[];
	gone: string[];
	/** Whether documents stand in another order. */
	isMoved: boolean;
}

const edits: Record<string, (random: () => number) => Edit> = {
	"a token is another": (random) => {
		const documents = structuredClone(base);
		const document = documents[random() % documents.length];
		const at = random() % document.ids.length;
		document.ids[at] = (document.ids[at] + 1) % 4000;
		return { ...none, documents, changed: [`${document.id}`] };
	},
	"two tokens change places": (random) => {
		const documents = structuredClone(base);
		const document = documents[random() % documents.length];
		document.ids.unshift(document.ids.pop() as number);
		return { ...none, documents, changed: [`${document.id}`] };
	},
	"a token is left out": (random) => {
		const documents = structuredClone(base);
		const document = documents[random() % documents.length];
		document.ids.splice(random() % document.ids.length, 1);
		return { ...none, documents, changed: [`${document.id}`] };
	},
	"a document is put in": (random) => {
		const documents = structuredClone(base);
		const ids = [1, 2, 3, 4, 5];
		documents.splice(random() % documents.length, 0, { id: "new", ids });
		return { ...none, documents, added: ["new"] };
	},
	"a document is left out": (random) => {
		const documents = structuredClone(base);
		const [gone] = documents.splice(random() % documents.length, 1);
		return { ...none, documents, gone: [`${gone.id}`] };
	},
	"two documents change places": (random) => {
		const documents = structuredClone(base);
		const first = random() % (documents.length - 1);
		documents.splice(first, 0, ...documents.splice(first + 1, 1));
		return { ...none, documents, isMoved: true };
	},
};
const none = { changed: [], added: [], gone: [], isMoved: false };

describe.each(Object.keys(edits))("%s", (name) => {
	const cases = casesOf({ daily: 1, everything: 6 });
	test.each([...Array(cases).keys()])("case %i", async (number) => {
		const edit = edits[name](randomOf(name, number));
		const other = await built(edit.documents);
		const { documents, rows, same } = await documentsOfDiff(packed, other);
		expect(same).toBe(false);
		expect(namesOf(documents.changed)).toEqual(edit.changed);
		expect(namesOf(documents.added)).toEqual(edit.added);
		expect(namesOf(documents.gone)).toEqual(edit.gone);
		const { length } = edit.documents;
		expect(documents.same).toBe(
			length - edit.changed.length - edit.added.length,
		);
		if (rows === null) throw new Error("rows were not compared");
		expect(rows).toMatchObject(rowsByBruteForce(packed, other));
	});

	test("without ids, by the tokens and places", async () => {
		const edit = edits[name](randomOf(`${name}, no ids`, 0));
		const withoutIds = (documents: readonly Document[]) =>
			documents.map(({ ids }) => ({ ids }));
		const a = await built(withoutIds(base));
		const b = await built(withoutIds(edit.documents));
		const { documents } = await documentsOfDiff(a, b);
		const { changed, added, gone } = documents;
		// A document that is longer has another place after it, not in it.
		expect([changed.count, added.count, gone.count]).toEqual([
			edit.changed.length,
			edit.added.length,
			edit.gone.length,
		]);
		if (edit.isMoved) expect(documents.moved).toBeGreaterThanOrEqual(1);
	});
});

test("of documents that come again those are added that stand where none stood", async () => {
	const few = base.slice(0, 8);
	const once = await built(few);
	const twice = await built([...few, ...few]);
	const { documents } = await documentsOfDiff(once, twice);
	expect(documents).toMatchObject({ same: 8, added: { count: 8 } });
	const length = few.map((d) => `${JSON.stringify(d)}\n`).join("").length;
	for (const { position } of documents.added.list)
		expect(position).toBeGreaterThanOrEqual(length);
});

/** Rows of two datasets, by comparing all of them. */
function rowsByBruteForce(a: string, b: string) {
	const [rowsA, rowsB] = [rowsOf(a), rowsOf(b)];
	const left = new Map<string, number>();
	for (const row of rowsA) left.set(row, (left.get(row) ?? 0) + 1);
	let equal = 0;
	for (const row of rowsB) {
		const count = left.get(row) ?? 0;
		if (count > 0) equal++;
		left.set(row, count - 1);
	}
	const inPlace = rowsA.filter((row, i) => rowsB[i] === row).length;
	return {
		a: rowsA.length,
		b: rowsB.length,
		equal,
		moved: equal - inPlace,
		onlyA: rowsA.length - equal,
		onlyB: rowsB.length - equal,
	};
}

/** Tokens and borders of all rows, by another reader. */
function rowsOf(dataset: string): string[] {
	return readManifest(dataset).shards.flatMap(({ path }: { path: string }) =>
		[...tableFromIPC(readFileSync(join(dataset, path)))].map(
			({ input_ids, seq_lengths }) => `${[...input_ids]} ${[...seq_lengths]}`,
		),
	);
}

describe("the same documents", () => {
	/** All documents are the same, whatever became of them. */
	async function sameDocuments(a: string, b: string) {
		const found = await documentsOfDiff(a, b);
		const { documents, rows } = found;
		expect(documents).toMatchObject({ same: base.length, moved: 0 });
		for (const list of ["changed", "added", "gone"] as const)
			expect(documents[list].count).toBe(0);
		if (rows === null) throw new Error("rows were not compared");
		return { ...found, rows };
	}

	test("by another packer have other rows", async () => {
		const other = await built(base, { packer: "next-fit" });
		const { rows, settings, documents } = await sameDocuments(packed, other);
		expect(settings.list.map(({ name }) => name)).toContain("packer.name");
		expect(documents.inPart).toBe(0);
		expect(rows).toMatchObject(rowsByBruteForce(packed, other));
		expect(rows.onlyA).toBeGreaterThan(0);
		const [first] = rows.first;
		const [a, b] = [rowsOf(packed), rowsOf(other)];
		expect([a[first.row], b[first.row]]).toContainEqual(
			[a, b]
				.map((own, i) => (first[i === 0 ? "a" : "b"] ? own[first.row] : null))
				.find((row) => row !== null),
		);
	});

	test("in rows of another length are the same, and their rows are not", async () => {
		const other = await built(base, { seqLen: 96 });
		const { rows, settings } = await sameDocuments(packed, other);
		expect(rows.equal).toBe(0);
		expect(settings.count).toBeGreaterThan(0);
	});

	test("of which rows have a part are compared by their lengths", async () => {
		const other = await built(base, {
			...{ layout: "buckets", minLength: 16, maxLength: 64 },
			...{ decomposer: "binary", seqLen: undefined },
		});
		const { documents, notes } = await sameDocuments(packed, other);
		expect(documents.inPart).toBeGreaterThan(0);
		expect(notes.join()).toMatch(/have a part alone/);
	});

	test("in another format are in the same rows", async () => {
		const out = join(temporaryDirectory(), "converted");
		await convertDataset({ dataset: packed, format: "parquet", out });
		const { rows, settings, same } = await sameDocuments(packed, out);
		expect(rows).toMatchObject({ onlyA: 0, onlyB: 0, moved: 0 });
		expect(rows.equal).toBe(rows.a);
		expect(same).toBe(false);
		expect(settings.list.map(({ name }) => name)).toContain("format");
	});

	test("of a store and of packings of it", async () => {
		const store = await built(base, { layout: "documents", seqLen: undefined });
		const a = join(temporaryDirectory(), "a");
		const b = join(temporaryDirectory(), "b");
		await packStore({ store, seqLen: 64, out: a, workers: 0 });
		await packStore({ store, seqLen: 96, out: b, workers: 0 });
		await sameDocuments(store, a);
		await sameDocuments(a, b);
		// The same rows as text makes of them.
		const { rows, documents } = await sameDocuments(packed, a);
		expect(documents.inPart).toBe(0);
		expect(rows).toMatchObject({ equal: rows.a, onlyB: 0, moved: 0 });
	});

	test("in rows in another order", async () => {
		const other = await built(base, { order: "shuffled", seed: 9 });
		const { rows } = await sameDocuments(packed, other);
		expect(rows).toMatchObject(rowsByBruteForce(packed, other));
	});

	test("of another tokenizer are told apart by their ids alone", async () => {
		const other = await built(base, { vocabSize: 4002 });
		const { documents, notes } = await sameDocuments(packed, other);
		expect(documents.by).toBe("places");
		expect(notes.join()).toMatch(/different tokenizers/);
	});
});

test("documents that come again are counted as often as they come", async () => {
	const one = { id: "one", ids: [1, 2, 3] };
	const other = { id: "one", ids: [1, 2, 4] };
	const a = await built([one, one, one]);
	const b = await built([one, other, one, one, one]);
	const { documents } = await documentsOfDiff(a, b);
	expect(documents).toMatchObject({ same: 3, changed: { count: 0 } });
	expect(documents.added.count).toBe(2);
	const back = await documentsOfDiff(b, a);
	expect(back.documents.gone.count).toBe(2);
});

test("lists are cut, and counts are not", async () => {
	const other = await built(base.slice(20).concat(documentsOf(50, "new")));
	for (const limit of [0, 3, 100]) {
		const { documents, rows } = await documentsOfDiff(packed, other, limit);
		expect(documents.gone.count).toBe(20);
		expect(documents.added.count).toBe(50);
		expect(namesOf(documents.gone)).toEqual(
			base.slice(0, Math.min(limit, 20)).map(({ id }) => id),
		);
		expect(documents.added.list).toHaveLength(Math.min(limit, 50));
		expect(rows?.first.length).toBeLessThanOrEqual(limit);
	}
});

test("what is empty is compared", async () => {
	const empty = join(temporaryDirectory(), "empty");
	cpSync(packed, empty, { recursive: true });
	edit(empty, (manifest) => {
		manifest.planHash = "0".repeat(64);
		manifest.shards = [];
		manifest.index = [];
		manifest.summary = { ...(manifest.summary as object), rows: 0 };
	});
	const { documents, rows } = await documentsOfDiff(packed, empty);
	expect(documents).toMatchObject({ a: 60, b: 0, same: 0 });
	expect(documents.gone.count).toBe(60);
	expect(rows).toMatchObject({ b: 0, equal: 0, onlyB: 0 });
	const back = await documentsOfDiff(empty, packed);
	expect(back.documents.added.count).toBe(60);
	expect(await diff(empty, empty)).toMatchObject({ same: true });
});

test("what is trained on is compared where both say it", async () => {
	const masked = (mask: number[]) =>
		base.map((document, i) => ({
			...document,
			mask: document.ids.map((_, at) =>
				i === 7 ? (mask[at] ?? 1) : Number(at % 2 === 0),
			),
		}));
	const options = { maskField: "mask" };
	const a = await built(masked([1, 1, 1]), options);
	const b = await built(masked([1, 0, 1]), options);
	const { documents, rows } = await documentsOfDiff(a, b);
	expect(documents.same).toBe(base.length);
	expect(rows).toMatchObject({ onlyA: 1, onlyB: 1 });
	const plain = await documentsOfDiff(await built(masked([1])), a);
	expect(plain.rows).toMatchObject({ onlyA: 0, onlyB: 0 });
	expect(plain.notes.join()).toMatch(/without that/);
});

test.each(["the same by its manifest", "another"])(
	"what is damaged, and %s, is told in a sentence",
	async (what) => {
		const copy = join(temporaryDirectory(), "copy");
		cpSync(packed, copy, { recursive: true });
		if (what === "another")
			edit(copy, (manifest) => {
				manifest.planHash = "0".repeat(64);
			});
		const { shards, index } = readManifest(copy);
		for (const { path } of [shards[0], index[0]]) {
			const file = join(copy, path);
			const kept = readFileSync(file);
			writeFileSync(file, kept.subarray(0, kept.length - 100));
			await expect(diff(packed, copy)).rejects.toThrow(
				/cannot be read: .*seqpack verify/,
			);
			rmSync(file);
			await expect(diff(packed, copy)).rejects.toThrow(/seqpack verify/);
			writeFileSync(file, kept);
		}
		writeFileSync(join(copy, "seqpack.json"), "{");
		await expect(diff(packed, copy)).rejects.toThrow(/not JSON/);
		await expect(diff(packed, join(copy, "none"))).rejects.toThrow(
			/there is no directory/,
		);
		await expect(diff(packed, join(copy, "seqpack.json"))).rejects.toThrow(
			/seqpack\.json is a file: name the directory of a dataset/,
		);
	},
);

test("of exports the files that differ are named", async () => {
	const [a, same, b] = ["a", "same", "b"].map((name) =>
		join(temporaryDirectory(), name),
	);
	const other = await built(base.slice(1));
	const to = "nanogpt";
	await exportDataset({ source: packed, to, out: a });
	const copy = join(temporaryDirectory(), "copy", "elsewhere");
	cpSync(packed, copy, { recursive: true });
	await exportDataset({ source: copy, to, out: same });
	await exportDataset({ source: other, to, out: b });
	expect(await diff(a, same)).toMatchObject({ kind: "export", same: true });
	const { files, same: isSame } = await diff(a, b);
	expect(isSame).toBe(false);
	expect(files.count).toBeGreaterThan(0);
	expect(files.list[0].change).toBe("changed");
	await expect(diff(a, packed)).rejects.toThrow(/name two of a kind/);
});

test("the command ends with 4 where it is asked to and something differs", async () => {
	const other = await built(base.slice(1));
	const ends = async (...args: string[]) => {
		const { code, stderr, stdout } = await seqpack(["diff", packed, ...args]);
		return { code, stderr, stdout };
	};
	expect((await ends(packed, "--exit-code")).code).toBe(0);
	expect((await ends(other, "--exit-code", "--quiet")).code).toBe(4);
	const { code, stderr, stdout } = await ends(other, "--json");
	expect(code).toBe(0);
	expect(stderr).toMatch(/documents: 60 -> 59, compared by their tokens/);
	expect(stderr.split("\n").length).toBeLessThan(45);
	expect(JSON.parse(stdout)).toMatchObject({ version: 1, command: "diff" });
});

describe("plans", () => {
	const planOf = async (options: object) => {
		const out = join(temporaryDirectory(), "plan");
		const given = { datasets: [packed], tokensPerStep: 256, out, ...options };
		await planCurriculum(given as never);
		return out;
	};

	test("are the same, or differ from a step on", async () => {
		const a = await planOf({});
		const same = await planOf({});
		expect(await diff(a, same)).toMatchObject({ same: true, byHash: true });
		const b = join(temporaryDirectory(), "plan");
		await planCurriculum({ extend: a, skip: [[2, 3]], out: b });
		const { steps, settings, totals, same: isSame } = await diff(a, b);
		expect(isSame).toBe(false);
		expect(steps?.equal).toBe(2);
		expect(steps?.first[0].step).toBe(2);
		expect(totals.map(({ name }) => name)).toContain("steps");
		expect(settings.list.some(({ name }) => name.startsWith("parents"))).toBe(
			true,
		);
	});

	test("of other settings and datasets name them", async () => {
		const other = await built(base, { seed: 4 });
		const a = await planOf({});
		const b = await planOf({ datasets: [other], seed: 3 });
		const { settings, inputs } = await diff(a, b);
		expect(settings.list).toContainEqual({ name: "seed", a: 0, b: 3 });
		expect(inputs.count).toBe(2);
	});

	test("are not compared with datasets", async () => {
		const plan = await planOf({});
		await expect(diff(packed, plan)).rejects.toThrow(
			/is a dataset, and .* is a plan: name two of a kind/,
		);
	});
});
