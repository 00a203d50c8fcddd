import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { build, readDocuments } from "seqpack";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Progress } from "../../src/core/progress.js";
import { findInputs } from "../../src/sources/find/find-inputs.js";
import { localFiles } from "../../src/storage/local.js";
import { spool } from "../../src/storage/spool.js";
import {
	directoryWith,
	filesBelow,
	fixtures,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";
import { smallCorpus } from "./small-corpus.js";

const scripts = readFileSync(join(fixtures, "scripts", "udhr.jsonl"));

/** Does something with bytes as the standard input of this process. */
async function piped<T>(
	bytes: Uint8Array,
	action: () => Promise<T>,
): Promise<T> {
	const stdin = vi.spyOn(process, "stdin", "get");
	stdin.mockReturnValue(
		Readable.from([bytes]) as unknown as typeof process.stdin,
	);
	try {
		return await action();
	} finally {
		stdin.mockRestore();
	}
}

const options = {
	tokenizer: tokenizerPath,
	seqLen: 512,
	workers: 0,
	taskSize: 50_000,
} as const;

const dataOf = (out: string) =>
	filesBelow(out)
		.filter((name) => /^(data|index)\//.test(name))
		.map((name) => readFileSync(join(out, name)));

test("standard input is read as a file of the same bytes is, and kept no longer than needed", async () => {
	const lines = readFileSync(smallCorpus());
	const directory = directoryWith({ stdin: lines });
	const asFile = join(directory, "a");
	const inputFormat = "jsonl";
	const inputs = [join(directory, "stdin")];
	await build({ ...options, inputs, inputFormat, out: asFile });
	const out = join(directory, "b");
	const fromInput = (bytes: Uint8Array, more = {}) =>
		piped(bytes, () =>
			build({ ...options, inputs: ["-"], inputFormat, out, ...more }),
		);
	// Stopped after some tasks, it goes on with the same bytes.
	const stop = new AbortController();
	const stopped = fromInput(lines, {
		signal: stop.signal,
		onProgress: ({ unit, done }: Progress) =>
			unit === "task" && done === 1 && stop.abort(),
	});
	await expect(stopped).rejects.toThrow(/stopped/);
	const { tasksResumed } = await fromInput(lines);
	expect(tasksResumed).toBeGreaterThanOrEqual(1);
	expect(dataOf(out)).toEqual(dataOf(asFile));
	const files = filesBelow(out);
	expect(files.filter((name) => name.startsWith(".seqpack"))).toEqual([]);
	expect(await fromInput(lines)).toMatchObject({ status: "already-built" });
	// Other bytes are another dataset, which does not replace this one.
	await expect(
		fromInput(lines.subarray(0, lines.indexOf(10) + 1)),
	).rejects.toMatchObject({
		code: "output-in-use",
	});
	expect(filesBelow(out)).toEqual(files);
});

test("what fails leaves nothing of standard input, and nothing where others have files", async () => {
	const failing = (out: string, text: string) =>
		piped(Buffer.from(text), () => build({ ...options, inputs: ["-"], out }));
	const theirs = directoryWith({ "thesis.tex": "x" });
	await expect(failing(theirs, "{}")).rejects.toThrow(
		/holds something else \(thesis\.tex\)/,
	);
	expect(filesBelow(theirs)).toEqual(["thesis.tex"]);
	const out = join(temporaryDirectory(), "out");
	await expect(failing(out, "once upon a time")).rejects.toThrow(
		/cannot tell what standard input holds.*inputFormat/,
	);
	await expect(failing(out, '{"text":1}\n')).rejects.toThrow(
		/:1: the field "text" is of type number/,
	);
	expect(existsSync(out)).toBe(false);
});

test("what is only read is kept in a temporary directory, and gone at the end", async () => {
	const temporary = temporaryDirectory();
	vi.stubEnv("TMPDIR", temporary);
	onTestFinished(() => void vi.unstubAllEnvs());
	await piped(gzipSync(scripts), async () => {
		const sources = new Set<string>();
		let documents = 0;
		for await (const batch of readDocuments(["-"])) {
			documents += batch.texts.length;
			sources.add(batch.source);
			expect(filesBelow(temporary)).toHaveLength(1);
		}
		expect(documents).toBe(45);
		expect([...sources]).toEqual(["stdin"]);
	});
	expect(readdirSync(temporary)).toEqual([]);
});

test("a stream is kept under a name of its bytes", async () => {
	const directory = temporaryDirectory();
	const keep = (...pieces: string[]) =>
		spool(
			Readable.from(pieces.map((piece) => Buffer.from(piece))),
			localFiles,
			directory,
		);
	const first = await keep("ab", "c");
	expect(first.wasThere).toBe(false);
	expect(readFileSync(first.path, "utf8")).toBe("abc");
	expect(await keep("a", "bc")).toEqual({ ...first, wasThere: true });
	const broken = Readable.from(
		(async function* () {
			yield Buffer.from("a");
			throw new Error("the pipe broke");
		})(),
	);
	await expect(spool(broken, localFiles, directory)).rejects.toThrow(
		"the pipe broke",
	);
	expect(filesBelow(directory)).toHaveLength(1);
});

test("standard input can be named once", async () => {
	const standardInput = async () => "none";
	await expect(findInputs(["-", "-"], { standardInput })).rejects.toThrow(
		/which can be read once/,
	);
});
