import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, temporaryDirectory, tokenizerPath } from "../helpers.js";

const preload = join(root, "test/security/no-network.mjs");

/** Runs the command where whatever asks for a connection ends it with 99. */
function withoutNetwork(args: string[], env: Record<string, string> = {}) {
	const { status, stderr } = spawnSync(
		process.execPath,
		["--import", preload, join(root, "dist/bin/main.js"), ...args],
		{
			encoding: "utf8",
			timeout: 60_000,
			env: {
				...process.env,
				// Also where credentials would be found.
				AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.2/x",
				HF_TOKEN: "x",
				...env,
			},
		},
	);
	return { status, stderr };
}

describe("Nothing is fetched unless a URL is given", () => {
	test("by a build with threads, nor by what reads the dataset", () => {
		const out = temporaryDirectory();
		mkdirSync(join(out, "in"));
		for (let i = 0; i < 3; i++)
			writeFileSync(
				join(out, "in", `${i}.jsonl`),
				`{"text":"See https://example.com/${i}, s3://bucket/key and hf://datasets/a/b.","url":"https://example.com"}\n`.repeat(
					50,
				),
			);
		const data = join(out, "data");
		const build = [
			...["build", join(out, "in"), "--tokenizer", tokenizerPath],
			...["--workers", "2", "--task-size", "4K"],
		];
		for (const args of [
			[...build, "--seq-len", "256", "--out", data],
			["verify", data],
			[
				...build,
				"--layout",
				"buckets",
				"--decomposer",
				"nearest",
				"--buckets",
				"32,64",
				"--out",
				`${data}b`,
			],
			[
				"curriculum",
				`${data}b`,
				"--tokens-per-step",
				"512",
				"--out",
				`${data}p`,
			],
		]) {
			const { status, stderr } = withoutNetwork(args);
			expect(stderr).not.toContain("NETWORK");
			expect(status, stderr).toBe(0);
		}
	});

	test("and the trap of this test sees what is", () => {
		const { status, stderr } = withoutNetwork([
			...["build", "http://127.0.0.1:9/x.jsonl", "--tokenizer", tokenizerPath],
			...["--seq-len", "256", "--out", join(temporaryDirectory(), "data")],
		]);
		expect(stderr).toContain("NETWORK");
		expect(status).toBe(99);
	});
});
