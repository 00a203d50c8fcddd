// What differs between two datasets: an edit of the input is found as what it is.
import {
	copyFileSync,
	cpSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import {
	type BuildOptions,
	build,
	convertDataset,
	packStore,
	planCurriculum,
} from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { diff } from "../../../src/report/diff/diff.js";
import { signedJson } from "../../../src/storage/signed-json.js";
import { readManifest } from "../../build/dataset-rows.js";
import { casesOf, randomOf } from "../../cases.js";
import { sharedDirectory, temporaryDirectory } from "../../helpers.js";

interface Document {
	id?: string;
	ids: number[];
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
	return readManifest(dataset).shards.flatMap(({ path }) =>
		[...tableFromIPC(readFileSync(join(dataset, path)))].map(
			({ input_ids, seq_lengths }) => `${[...input_ids]} ${[...seq_lengths]}`,
		),
	);
}
