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

/** A command that a page shows, and what it is shown to print. */
export interface ShownCommand {
	command: string;
	output: string | null;
}

/**
 * Every command that a page shows: in shell listings, after `$ ` in others, and in indented
 * ones that begin with a program.
 */
export function shownCommands(page: string): ShownCommand[] {
	const text = readFileSync(join(root, page), "utf8");
	const listing = /^```(\w*)\n((?:.*\n)*?)```|(?<=\n\n)((?: {4}.*\n)+)/gm;
	return [...text.matchAll(listing)].flatMap(
		([, language, fenced, indented]) => {
			const lines = (fenced ?? indented.replaceAll(/^ {4}/gm, ""))
				.replaceAll(/ *\\\n\s*/g, " ")
				.split("\n");
			if (lines[0].startsWith("$ ")) return withOutputs(lines);
			const isShell = fenced === undefined || language === "sh";
			return isShell
				? lines
						.map((line) => line.replace(/ +# .*$/, "").trim())
						.filter(
							(line) =>
								/^(seqpack|npx|npm|pip) /.test(line) &&
								!line.includes("[options]"),
						)
						.map((command) => ({ command, output: null }))
				: [];
		},
	);
}

function withOutputs(lines: readonly string[]): ShownCommand[] {
	const found: ShownCommand[] = [];
	for (const line of lines)
		if (line.startsWith("$ "))
			found.push({ command: line.slice(2), output: "" });
		else found[found.length - 1].output += `${line}\n`;
	return found;
}

/** The words of a command; those in quotation marks are one. */
export function wordsOf(line: string): string[] {
	return [...line.matchAll(/'([^']*)'|"([^"]*)"|\S+/g)].map(
		([word, single, double]) => single ?? double ?? word,
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
	codes: readonly number[] = [0],
) {
	expect(program).toBe("seqpack");
	const before = process.cwd();
	process.chdir(directory);
	try {
		const isThreaded =
			THREADED.includes(args[0]) &&
			!["--workers", "--compare", "--length-column", "--executor"].some(
				(word) => args.includes(word),
			);
		const own = isThreaded ? ["--workers", "0"] : [];
		const result = await seqpack([...args, ...own]);
		expect(codes, `${args.join(" ")}\n${result.stderr}`).toContain(result.code);
		return result;
	} finally {
		process.chdir(before);
	}
}
