import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import {
	contentsOf,
	fixtureCorpus,
	root,
	spawnSeqpack,
	temporaryDirectory,
	tokenizerPath,
} from "../helpers.js";

const page = readFileSync(join(root, "docs/guide/clusters.md"), "utf8");

test("the shell loop of the guide builds what is planned", () => {
	const [, script] =
		/\n## A shell loop\n.*?\n```sh\n(.*?)```/s.exec(page) ?? [];
	expect(script).toBeDefined();
	const directory = temporaryDirectory();
	const commands = join(directory, "seqpack");
	const program = join(root, "dist/bin/main.js");
	writeFileSync(
		commands,
		`#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`,
	);
	chmodSync(commands, 0o755);
	symlinkSync(fixtureCorpus[2], join(directory, "corpus"));
	const build = (command: string, out: string) => {
		const { code, stderr } = spawnSeqpack(
			[
				...[command, "corpus", "--tokenizer", tokenizerPath, "--out", out],
				...["--seq-len", "512", "--task-size", "5K"],
			],
			{ cwd: directory },
		);
		expect(code, stderr).toBe(0);
	};
	build("plan", "data");
	execFileSync("bash", ["-e", "-c", `${script}`], {
		cwd: directory,
		stdio: "ignore",
		env: {
			...process.env,
			PATH: `${directory}${delimiter}${process.env.PATH}`,
		},
	});
	build("build", "alone");
	expect(contentsOf(join(directory, "data"))).toEqual(
		contentsOf(join(directory, "alone")),
	);
});
