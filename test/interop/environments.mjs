// Virtual environments of what requirements/NAME.txt lists. They are kept below node_modules/.cache
// until the list or the interpreter changes.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

/** Where environments are, and the bytecode of what they run. */
export const cache = resolve("node_modules/.cache/interop");

const requirements = resolve("test/interop/requirements");
const python = process.env.PYTHON ?? "python3";
const inEnvironment =
	process.platform === "win32" ? "Scripts/python.exe" : "bin/python";

/**
 * The interpreter of an environment, which is made where there is none.
 * Throws with what pip says where that cannot be done.
 */
export async function environment(name) {
	const lists = [`${name}.txt`, `${name}-alone.txt`]
		.map((file) => join(requirements, file))
		.filter(existsSync);
	const hash = createHash("sha256");
	hash.update(await run(python, ["-c", "import sys; print(sys.version)"]));
	for (const list of lists) hash.update(readFileSync(list));
	const directory = join(cache, `${name}-${hash.digest("hex").slice(0, 12)}`);
	const interpreter = join(directory, inEnvironment);
	if (existsSync(interpreter)) return interpreter;

	mkdirSync(cache, { recursive: true });
	// Others of this name are of other lists, or were not finished.
	for (const other of readdirSync(cache))
		if (other.startsWith(`${name}-`))
			await rm(join(cache, other), { recursive: true });
	const start = performance.now();
	console.log(`making the environment ${name}`);
	const unfinished = `${directory}.unfinished`;
	await run(python, ["-m", "venv", unfinished]);
	for (const list of lists)
		await run(join(unfinished, inEnvironment), [
			...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
			// Python compiles what it loads, which is a small part.
			"--no-compile",
			...(list.endsWith("-alone.txt") ? ["--no-deps"] : []),
			...["--requirement", list],
		]);
	await rename(unfinished, directory);
	const seconds = Math.round((performance.now() - start) / 1000);
	console.log(`made the environment ${name} in ${seconds} s`);
	return interpreter;
}

async function run(command, args) {
	try {
		return (await promisify(execFile)(command, args)).stdout;
	} catch (error) {
		throw new Error(error.stderr || error.message);
	}
}
