import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type Manifest, readDocuments, verify } from "seqpack";
import { describe, expect, test } from "vitest";
import { compressions } from "../../src/sources/compressions.js";
import { sourceFormats } from "../../src/sources/formats.js";
import {
	contentsOf,
	everything,
	fixtureCorpus,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { compressedCorpora, corpora } from "../sources/corpora.js";
import { extensionOf } from "../sources/reading.js";

/** Real text, each short enough for a test. */
async function texts(): Promise<string[]> {
	const found: string[] = [];
	for await (const batch of readDocuments([fixtureCorpus[2]]))
		found.push(...batch.texts.map((text) => text.slice(0, 900)));
	return found;
}

function corpusOf(
	files: Record<string, Uint8Array>,
	compression: keyof typeof compressedCorpora | null,
): string {
	const directory = temporaryDirectory();
	for (const [name, bytes] of Object.entries(files)) {
		// In the order of the texts, also where each is a file.
		const sorted = name.replace(/^\d+/, (digits) => digits.padStart(4, "0"));
		const path = join(directory, sorted);
		mkdirSync(dirname(path), { recursive: true });
		if (compression === null) writeFileSync(path, bytes);
		else
			writeFileSync(
				path + extensionOf(compression),
				compressedCorpora[compression].compress(bytes),
			);
	}
	return directory;
}

async function built(input: string, format: string, more: object = {}) {
	const result = await build({
		inputs: [input],
		inputFormat: format as "auto",
		tokenizer: tokenizerPath,
		seqLen: 256,
		workers: 0,
		out: join(temporaryDirectory(), "data"),
		...more,
	});
	expect((await verify(result.out)).problems).toEqual([]);
	return result;
}

/** The contents of the shards, in order: their names have the plan's hash. */
const shardsOf = ({ shards }: Manifest) => shards.map(({ sha256 }) => sha256);

/** The formats that have texts as they are. */
const ofTexts = sourceFormats.names.filter(
	(name) => corpora[name].asText === undefined,
);

describe("the same texts give the same shards, byte for byte", () => {
	test("in every format", async () => {
		const all = await texts();
		const shards = new Map<string, string[]>();
		for (const name of ofTexts) {
			const input = corpusOf(corpora[name].write(all).files, null);
			const { manifest } = await built(input, name);
			expect(manifest.totals.documents, name).toBe(all.length);
			shards.set(name, shardsOf(manifest));
		}
		const due = shards.get("jsonl");
		expect(due?.length).toBeGreaterThan(0);
		for (const [name, found] of shards) expect(found, name).toEqual(due);
	});

	test("in every compression", async () => {
		const { files } = corpora.jsonl.write(await texts());
		const plain = await built(corpusOf(files, null), "jsonl");
		for (const name of compressions.names) {
			const { manifest } = await built(corpusOf(files, name), "auto");
			expect(shardsOf(manifest), name).toEqual(shardsOf(plain.manifest));
		}
	});
});

/** From day to day one that is cut anywhere, one of parts, and one of a file each. */
const tried = everything ? ofTexts : (["jsonl", "parquet", "tree"] as const);

describe.each(tried)("%s", (name) => {
	test("is cut into tasks that any number of workers may run", async () => {
		const all = await texts();
		const input = corpusOf(corpora[name].write(all).files, null);
		const options = { taskSize: 9000 };
		const one = await built(input, name, options);
		const two = await built(input, name, { ...options, workers: 2 });
		expect(contentsOf(two.out)).toEqual(contentsOf(one.out));
		expect(one.manifest.totals.documents).toBe(all.length);
	});
});
