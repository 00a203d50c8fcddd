import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	findInputs,
	noticesOf,
} from "../../../src/sources/find/find-inputs.js";
import { countLeftOut } from "../../../src/sources/find/left-out.js";
import { directoryWith, temporaryDirectory } from "../../helpers.js";
import { asNobody } from "../../storage/as-nobody.js";

const line = '{"text":"one"}\n';

/** A directory with one file to read, and one of each kind that cannot be. */
function mixed(): string {
	const directory = directoryWith({ "1.jsonl": line, closed: line });
	chmodSync(directory, 0o755);
	symlinkSync("../annex/gone", join(directory, "2.jsonl"));
	execFileSync("mkfifo", [join(directory, "3.jsonl")]);
	writeFileSync(
		Buffer.concat([Buffer.from(`${directory}/caf`), Buffer.of(0xe9)]),
		line,
	);
	mkdirSync(join(directory, ".git"));
	writeFileSync(join(directory, ".git", "a.jsonl"), line);
	writeFileSync(join(directory, ".hidden"), line);
	mkdirSync(join(directory, "sub", "closed"), { recursive: true });
	writeFileSync(join(directory, "4.jsonl"), line);
	for (const name of ["sub/closed", "4.jsonl"])
		chmodSync(join(directory, name), 0o000);
	return directory;
}

test("nothing is passed over in silence: all is counted by kind, with an example", async () => {
	const directory = mixed();
	await asNobody(async () => {
		const found = await findInputs([directory], { onError: "skip" });
		expect(found.files.map(({ source }) => source)).toEqual(["1.jsonl"]);
		expect(countLeftOut(found.leftOut)).toEqual({
			hidden: 2,
			unreadable: 2,
			"bad-name": 1,
			"not-a-file": 2,
			"unknown-kind": 1,
		});
		expect(noticesOf(found)).toEqual([
			expect.stringMatching(
				/^left out 2 hidden files and directories, such as .*\/\.(git\/|hidden)$/,
			),
			expect.stringMatching(
				/^left out 2 files and directories that cannot be read, such as .*\/sub\/closed\/$/,
			),
			`left out 1 file whose name is not UTF-8, such as ${directory}/caf\\xe9`,
			`left out 2 pipes, devices and broken links, such as ${directory}/2.jsonl`,
			`left out 1 file of unknown kind, such as ${directory}/closed`,
		]);
		const matched = await findInputs([`${directory}/**/*`], {
			onError: "skip",
		});
		expect(countLeftOut(matched.leftOut)).toEqual({
			unreadable: 2,
			"bad-name": 1,
			"not-a-file": 2,
			"unknown-kind": 1,
		});
		const shell = ["1", "2", "3", "4"].map((n) => `${directory}/${n}.jsonl`);
		const named = await findInputs(shell, { onError: "skip" });
		expect(countLeftOut(named.leftOut)).toEqual({
			unreadable: 1,
			"not-a-file": 2,
		});
	});
	chmodSync(join(directory, "sub", "closed"), 0o755);
});

test("what cannot be read stops, with its name, unless it is to be skipped", async () => {
	const directory = mixed();
	const stopped = (...inputs: string[]) => findInputs(inputs);
	await asNobody(async () => {
		for (const name of ["2", "3"])
			await expect(stopped(`${directory}/${name}.jsonl`)).rejects.toThrow(
				`${directory}/${name}.jsonl is not a file that can be read`,
			);
		await expect(stopped(`${directory}/4.jsonl`)).rejects.toThrow(
			`cannot read ${directory}/4.jsonl: permission is denied`,
		);
		await expect(stopped(directory)).rejects.toMatchObject({ exitCode: 2 });
	});
	chmodSync(join(directory, "sub", "closed"), 0o755);
});

test("a directory that is excluded need not be readable", async () => {
	const directory = temporaryDirectory();
	chmodSync(directory, 0o755);
	mkdirSync(join(directory, "closed"));
	writeFileSync(join(directory, "a.jsonl"), line);
	chmodSync(join(directory, "closed"), 0o000);
	await asNobody(async () => {
		await expect(findInputs([directory])).rejects.toThrow(/permission/);
		const exclude = ["closed"];
		const { files, unusedPatterns } = await findInputs([directory], {
			exclude,
		});
		expect(files).toHaveLength(1);
		expect(unusedPatterns).toEqual([]);
	});
	chmodSync(join(directory, "closed"), 0o755);
});
