import {
	existsSync,
	mkdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { build, exportDataset } from "seqpack";
import { beforeAll, describe, expect, test } from "vitest";
import { exportFormats } from "../../src/dataset/exports/exports.js";
import {
	contentsOf,
	filesBelow,
	seqpack,
	sharedDirectory,
	startSeqpack,
	temporaryDirectory,
} from "../helpers.js";
import { makeSources, type Sources } from "./sources.js";

const directory = sharedDirectory();
let sources: Sources;
beforeAll(async () => {
	sources = await makeSources(directory);
});
const place = () => join(temporaryDirectory(), "out");

test.each(exportFormats.names)(
	"%s gives the same bytes of rows and of their index",
	async (to) => {
		const [a, b] = [place(), place()];
		await exportDataset({ source: sources.masked, to, out: a });
		await exportDataset({ source: sources.packing, to, out: b });
		const files = contentsOf(a);
		delete files["seqpack-export.json"];
		// It names what it is of, by a hash.
		const { "train/state.json": _, ...named } = files;
		expect(contentsOf(b)).toMatchObject(named);
		const said = JSON.parse(
			readFileSync(join(a, "seqpack-export.json"), "utf8"),
		);
		expect(
			Object.fromEntries(
				said.files.map((file: { path: string; sha256: string }) => [
					file.path,
					file.sha256,
				]),
			),
		).toEqual(files);
		expect(existsSync(join(a, ".seqpack"))).toBe(false);
	},
);

describe("a directory", () => {
	test("that holds something else is left as it is", async () => {
		const out = place();
		mkdirSync(out);
		writeFileSync(join(out, "mine.txt"), "mine");
		for (const overwrite of [false, true])
			await expect(
				exportDataset({ source: sources.rows, to: "jsonl", out, overwrite }),
			).rejects.toThrow(/already holds something else \(mine.txt\)/);
		expect(filesBelow(out)).toEqual(["mine.txt"]);
	});

	test("that holds an export is replaced where that is asked for, with nothing left of it", async () => {
		const out = place();
		await exportDataset({ source: sources.buckets, to: "mds", out });
		const again = { source: sources.rows, to: "jsonl", out } as const;
		await expect(exportDataset(again)).rejects.toThrow(/holds an export/);
		await exportDataset({ ...again, overwrite: true });
		expect(filesBelow(out)).toEqual([
			"seqpack-export.json",
			"train-00000.jsonl",
		]);
		expect(existsSync(join(out, "len-00128"))).toBe(false);
	});

	test("that holds this very export is left as it is, unless a file of it is gone", async () => {
		const out = place();
		const given = { source: sources.rows, to: "jsonl", out } as const;
		const { status, ...first } = await exportDataset(given);
		const again = await exportDataset(given);
		const { seconds } = again;
		expect(again).toEqual({ ...first, status: "already-exported", seconds });
		expect(status).toBe("exported");
		writeFileSync(join(out, "train-00000.jsonl"), "");
		await expect(exportDataset(given)).rejects.toThrow(
			/this very export, but its file train-00000.jsonl is missing or damaged/,
		);
	});

	test.each([
		["the source", () => sources.packing],
		["in the source", () => join(sources.packing, "x")],
		["around the source", () => directory],
		["in the store of a packing", () => join(sources.store, "x")],
	])("that is %s is refused", async (_, out) => {
		const before = filesBelow(directory);
		await expect(
			exportDataset({
				source: sources.packing,
				to: "jsonl",
				out: out(),
				overwrite: true,
			}),
		).rejects.toThrow(/which is read: choose a directory apart/);
		expect(filesBelow(directory)).toEqual(before);
	});

	test("that is the source by a link is refused", async () => {
		const out = place();
		symlinkSync(sources.rows, out);
		await expect(
			exportDataset({
				source: sources.rows,
				to: "jsonl",
				out,
				overwrite: true,
			}),
		).rejects.toThrow(/already holds something else/);
	});
});

test("an export that is stopped leaves nothing", async () => {
	const source = join(temporaryDirectory(), "source");
	writeFileSync(`${source}.jsonl`, '{"ids":[1,2,3]}\n'.repeat(2000));
	await build({
		inputs: [`${source}.jsonl`],
		tokensField: "ids",
		vocabSize: 9,
		layout: "documents",
		workers: 0,
		out: source,
	});
	const stop = new AbortController();
	const out = place();
	await expect(
		exportDataset({
			source,
			to: "jsonl",
			signal: stop.signal,
			onProgress: ({ done }) => {
				if (done > 500) stop.abort();
			},
			out,
		}),
	).rejects.toThrow("the export was stopped");
	expect(existsSync(out)).toBe(false);
});

test("a killed export leaves nothing that looks finished, and the same call begins anew", async () => {
	const lines = join(temporaryDirectory(), "lines.jsonl");
	const ids = Array.from({ length: 1000 }, (_, i) => i % 900);
	writeFileSync(lines, `${JSON.stringify({ ids })}\n`.repeat(4000));
	const source = join(temporaryDirectory(), "source");
	await build({
		inputs: [lines],
		tokensField: "ids",
		vocabSize: 1000,
		layout: "documents",
		workers: 0,
		out: source,
	});
	const out = place();
	const args = ["export", source, "--to", "jsonl", "--out", out];
	const { child, exit } = startSeqpack(args);
	while (!existsSync(join(out, ".seqpack/export"))) {
		if (child.exitCode !== null) throw new Error("it ended too early");
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	child.kill("SIGKILL");
	await exit;
	expect(
		filesBelow(out).filter((path) => !path.startsWith(".seqpack/")),
	).toEqual([]);
	expect((await seqpack([...args, "--quiet"])).code).toBe(0);
	expect(filesBelow(out)).toEqual(["seqpack-export.json", "train-00000.jsonl"]);
});

test("one that was killed while files came to their places is cleared away", async () => {
	const out = place();
	mkdirSync(join(out, ".seqpack/export/train"), { recursive: true });
	mkdirSync(join(out, "train"));
	writeFileSync(join(out, "train/shard.00000.mds"), "old");
	writeFileSync(join(out, ".seqpack/export/train/index.json"), "old");
	const files = ["train/shard.00000.mds", "train/index.json"];
	writeFileSync(
		join(out, ".seqpack/placing.json"),
		JSON.stringify({ files: files.map((path) => ({ path })) }),
	);
	await exportDataset({ source: sources.rows, to: "jsonl", out });
	expect(filesBelow(out)).toEqual(["seqpack-export.json", "train-00000.jsonl"]);
});
