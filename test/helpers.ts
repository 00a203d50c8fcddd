import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(
	/[/\\]$/,
	"",
);
export const fixtures = join(root, "fixtures");
/** Documents in the fixtures: chapters, source files, languages. */
export const fixtureDocuments = 60 + 107 + 45;
export const tokenizerPath = join(fixtures, "tokenizer");

/** A directory that goes when the test ends. */
export function temporaryDirectory(): string {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-test-"));
	onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
	return directory;
}

/** Writes files into a new directory and returns it. */
export function directoryWith(
	files: Record<string, string | Uint8Array>,
): string {
	const directory = temporaryDirectory();
	for (const [name, content] of Object.entries(files))
		writeFileSync(join(directory, name), content);
	return directory;
}

const command = join(root, "dist", "cli", "main.js");

/** Runs the command to its end. */
export function seqpack(
	args: string[],
	options: { cwd?: string } = {},
): { code: number | null; stdout: string; stderr: string } {
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[command, ...args],
		{ encoding: "utf8", timeout: 60_000, ...options },
	);
	return { code: status, stdout, stderr };
}

/** Starts the command. */
export function startSeqpack(args: string[]) {
	const child = spawn(process.execPath, [command, ...args], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	let stderr = "";
	child.stderr.setEncoding("utf8");
	child.stderr.on("data", (text) => {
		stderr += text;
	});
	const exit = new Promise<{
		code: number | null;
		signal: string | null;
		stderr: string;
	}>((resolve) => {
		child.on("close", (code, signal) => resolve({ code, signal, stderr }));
	});
	return { child, exit };
}

/** Every file below a directory, as paths, sorted. */
export function filesBelow(directory: string): string[] {
	return readdirSync(directory, { recursive: true, encoding: "utf8" })
		.filter((path) => statSync(join(directory, path)).isFile())
		.map((path) => relative(directory, join(directory, path)))
		.sort();
}

/** SHA-256 of every file below a directory. */
export function contentsOf(directory: string): Record<string, string> {
	return Object.fromEntries(
		filesBelow(directory).map((path) => [
			path,
			createHash("sha256")
				.update(readFileSync(join(directory, path)))
				.digest("hex"),
		]),
	);
}
