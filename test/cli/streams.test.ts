import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "seqpack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixtures, root, tokenizerPath } from "../helpers.js";

let directory: string;
const datasets = { sound: "", damaged: "" };
beforeAll(async () => {
	directory = mkdtempSync(join(tmpdir(), "seqpack-streams-"));
	for (const name of ["sound", "damaged"] as const) {
		const out = join(directory, name);
		const { manifest } = await build({
			inputs: [join(fixtures, "prose", "chapter-001.txt")],
			tokenizer: tokenizerPath,
			seqLen: 512,
			workers: 0,
			out,
		});
		if (name === "damaged")
			truncateSync(join(out, manifest.shards[0].path), 100);
		datasets[name] = out;
	}
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs a line of bash in which `seqpack` is the command. */
function bash(line: string) {
	const main = join(root, "dist/bin/main.js");
	const seqpack = `seqpack() { "${process.execPath}" "${main}" "$@"; }`;
	const { status, stderr } = spawnSync("bash", ["-c", `${seqpack}; ${line}`], {
		encoding: "utf8",
		timeout: 60_000,
	});
	return { status, stderr };
}

describe("a reader that goes away changes no exit code", () => {
	test.each([
		["sound", "", 0],
		["damaged", "", 4],
		["damaged", "--json", 4],
	] as const)("of a dataset that is %s, verify %s: %i", (name, flags, code) => {
		const verify = `seqpack verify "${datasets[name]}" ${flags}`;
		const line = `${verify} 2>&1 | true; exit "\${PIPESTATUS[0]}"`;
		expect(bash(line)).toEqual({ status: code, stderr: "" });
	});
});

describe("where stdout is full", () => {
	test.each([
		["of what was to be printed", 'verify "$D" --json', "sound", 1],
		["of help", "--help", "sound", 1],
		["of a command that fails, its own", 'verify "$D" --json', "damaged", 4],
	] as const)("the exit code %s", (_what, args, name, code) => {
		const line = `D="${datasets[name]}"; seqpack ${args} > /dev/full`;
		const { status, stderr } = bash(line);
		expect(stderr).toMatch(
			/^seqpack: cannot write stdout: the disk is full; .*\.$/m,
		);
		expect(stderr).not.toMatch(/\n\s+at |Error:/);
		expect(status).toBe(code);
	});
});
