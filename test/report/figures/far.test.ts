import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { build, packStore, readFigures } from "../../../src/index.js";
import {
	directoryWith,
	filesBelow,
	temporaryDirectory,
	tokenizerPath,
} from "../../helpers.js";
import { FakeS3 } from "../../storage/s3/fake-s3.js";

test("Figures of what is on an object store are those of the same files here", async () => {
	const work = temporaryDirectory();
	const texts = Array.from({ length: 30 }, (_, i) => "Some text. ".repeat(i));
	const corpus = directoryWith({
		"a.jsonl": texts.map((text) => `${JSON.stringify({ text })}\n`).join(""),
	});
	const usual = { inputs: [corpus], tokenizer: tokenizerPath, workers: 0 };
	const at = (name: string) => join(work, name);
	await build({ ...usual, seqLen: 32, out: at("packed") });
	const lengths = { minLength: 8, maxLength: 32 };
	await build({ ...usual, ...lengths, layout: "buckets", out: at("buckets") });
	await build({ ...usual, layout: "documents", out: at("store") });
	const packing = { store: at("store"), out: at("packing"), workers: 0 };
	await packStore({ ...packing, seqLen: 32 });
	const fake = await FakeS3.start();
	for (const directory of [work, corpus])
		for (const path of filesBelow(directory))
			fake.put(
				`${directory === work ? "" : "corpus/"}${path}`,
				readFileSync(join(directory, path)),
			);
	const options = { tokenizer: tokenizerPath, tokens: 20 };
	for (const name of ["packed", "buckets", "store", "packing", "corpus"]) {
		const here = await readFigures(
			name === "corpus" ? corpus : at(name),
			options,
		);
		const there = await readFigures(`s3://bucket/${name}/`, options);
		expect(there.path).toBe(`s3://bucket/${name}`);
		expect({ ...there, path: "" }).toEqual({ ...here, path: "" });
	}
});

test("A URL with a query is one file, and what signs it is not told", async () => {
	const text = Buffer.from('{"text":"one document"}\n');
	const server = createServer(({ method }, response) => {
		response.setHeader("content-length", text.length);
		response.end(method === "HEAD" ? undefined : text);
	}).listen(0, "127.0.0.1");
	await new Promise((done) => server.once("listening", done));
	const { port } = server.address() as AddressInfo;
	try {
		const url = `http://127.0.0.1:${port}/c.jsonl?X-Amz-Signature=hidden`;
		const figures = await readFigures(url);
		expect(figures.kind).toBe("corpus");
		expect(figures.totals.documents).toBe(1);
		expect(JSON.stringify(figures)).not.toContain("hidden");
	} finally {
		server.close();
	}
});
