import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions } from "seqpack";
import { fixtures, temporaryDirectory, tokenizerPath } from "../helpers.js";

const lines = readFileSync(join(fixtures, "scripts/udhr.jsonl"), "utf8").split(
	"\n",
);

/** A JSONL file of a few documents, about 150 kB; a build of it is done in a moment. */
export function smallCorpus(
	documents = 8,
	directory = temporaryDirectory(),
): string {
	const path = join(directory, "corpus.jsonl");
	writeFileSync(path, `${lines.slice(0, documents).join("\n")}\n`);
	return path;
}

/** Options of a build of several tasks and shards, in the calling thread. */
export function smallBuild(
	corpus: string,
	out: string,
	more: Partial<BuildOptions> = {},
): BuildOptions {
	return {
		inputs: [corpus],
		tokenizer: tokenizerPath,
		seqLen: 256,
		taskSize: 50_000,
		shardTokens: 8192,
		workers: 0,
		out,
		...more,
	};
}
