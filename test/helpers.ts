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
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, onTestFinished, vi } from "vitest";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(
	/[/\\]$/,
	"",
);
export const fixtures = join(root, "fixtures");
/** The text in them. */
export const fixtureCorpus = ["code", "prose", "scripts"].map((name) =>
	join(fixtures, name),
);
/** Documents in the fixtures: chapters, source files, languages. */
export const fixtureDocuments = 60 + 107 + 45;
export const tokenizerPath = join(fixtures, "tokenizer");

/** Whether tests go through everything: `npm run test:everything`, some minutes. Otherwise they take a part. */
export const everything = process.env.SEQPACK_EVERYTHING === "1";

/** A directory that goes when the test ends. */
export function temporaryDirectory(): string {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-test-"));
	onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
	return directory;
}

/** A directory that goes when the tests of the file, or of the group, are done. */
export function sharedDirectory(): string {
	const directory = mkdtempSync(join(tmpdir(), "seqpack-test-"));
	afterAll(() => rmSync(directory, { recursive: true, force: true }));
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

const command = join(root, "dist", "bin", "main.js");

/**
 * Runs the command to its end in this process, which spares the start of another.
 * @param run The command's own; left out: as it is built, so that its workers are files.
 */
export async function seqpack(
	args: string[],
	run = runBuilt,
): Promise<{ code: number; bytes: Buffer; stdout: string; stderr: string }> {
	const stdout = written(process.stdout);
	const stderr = written(process.stderr);
	try {
		const code = await run(args);
		const bytes = stdout.bytes();
		return { code, bytes, stdout: `${bytes}`, stderr: `${stderr.bytes()}` };
	} finally {
		stdout.restore();
		stderr.restore();
	}
}

async function runBuilt(args: string[]): Promise<number> {
	const program = pathToFileURL(join(root, "dist/bin/program.js")).href;
	const { run } = await import(/* @vite-ignore */ program);
	return run(args);
}

/** Keeps what is written to a stream. */
function written(stream: NodeJS.WriteStream) {
	const parts: Uint8Array[] = [];
	const write = vi.spyOn(stream, "write").mockImplementation(((
		part: string | Uint8Array,
		callback?: (error?: Error) => void,
	) => {
		parts.push(Buffer.from(part as string));
		callback?.();
		return true;
	}) as typeof stream.write);
	return {
		bytes: () => Buffer.concat(parts),
		restore: () => write.mockRestore(),
	};
}

/** Runs the command to its end in a process of its own. */
export function spawnSeqpack(
	args: string[],
	options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
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

/** Long lists of numbers are equal: without the time that `toEqual` takes for each. */
export function expectNumbers(
	found: ArrayLike<number>,
	due: ArrayLike<number>,
	what = () => "",
): void {
	let isSame = found.length === due.length;
	for (let i = 0; isSame && i < due.length; i++) isSame = found[i] === due[i];
	if (!isSame) expect(Array.from(found), what()).toEqual(Array.from(due));
}
