import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { fixtures, root, seqpack } from "../helpers.js";

/** The commands in the shell listings of a page, each as its words. */
export function commandsOf(page: string): string[][] {
	const text = readFileSync(join(root, page), "utf8");
	return [...text.matchAll(/(?<=```sh\n).*?(?=```)/gs)].flatMap(([listing]) =>
		listing
			.replaceAll("\\\n", " ")
			.split("\n")
			.filter((line) => line !== "")
			.map(wordsOf),
	);
}

/** The words of a command; those in single quotes are one. */
export function wordsOf(line: string): string[] {
	return [...line.matchAll(/'([^']*)'|\S+/g)].map(
		([word, quoted]) => quoted ?? word,
	);
}

/** A directory with the files of this repository that recipes name; it goes when the tests are done. */
export function recipeDirectory(): string {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-recipe-"));
	symlinkSync(fixtures, join(directory, "fixtures"));
	symlinkSync(join(root, "docs"), join(directory, "docs"));
	afterAll(() => rmSync(directory, { recursive: true, force: true }));
	return directory;
}

/** Commands whose threads take longer to start than to work here; the bytes are the same without. */
const THREADED = ["build", "compose", "pack"];

/** Runs a command as it is written, in a directory. */
export async function runIn(
	directory: string,
	[program, ...args]: readonly string[],
) {
	expect(program).toBe("seqpack");
	const before = process.cwd();
	process.chdir(directory);
	try {
		const own = THREADED.includes(args[0]) ? ["--workers", "0"] : [];
		const result = await seqpack([...args, ...own]);
		expect(result.code, `${args.join(" ")}\n${result.stderr}`).toBe(0);
		return result;
	} finally {
		process.chdir(before);
	}
}
