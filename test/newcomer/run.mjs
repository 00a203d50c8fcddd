// Walks through the README as a newcomer does: on a root directory that holds Node, npm, a shell and nothing else
// (no Python, no git, no compiler), first with the files that git has, then in an empty project.
//
//   npm run test:newcomer        needs Linux, root, and npm's registry
//
// Commands are taken from the README. npm has the registry of this machine, and its cache.
import {
	copyFileSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyProject, furnish, runThere } from "./machine.mjs";

const readme = readFileSync("README.md", "utf8");

/** Commands of the README's blocks, by what stands in them. */
const [trial, use] = [
	"npm ci && npm run demo",
	"npx seqpack build corpus/*.jsonl.gz",
].map((beginning) => blockThatBegins(beginning));

const machine = mkdtempSync(join(tmpdir(), "seqpack-newcomer-"));
try {
	const start = performance.now();
	furnish(machine);
	copyProject(join(machine, "seqpack"));
	walk("the repository", "/seqpack", trial);
	walk("the repository", "/seqpack", "npx seqpack verify demo-data");
	walk("the package", "/seqpack", "npm pack --ignore-scripts --silent");
	const { version } = JSON.parse(readFileSync("package.json", "utf8"));
	renameSync(
		join(machine, `seqpack/seqpack-${version}.tgz`),
		join(machine, "seqpack.tgz"),
	);
	for (const [from, to] of [
		["fixtures/code/code.jsonl.gz", "corpus/code.jsonl.gz"],
		["fixtures/tokenizer/tokenizer.json", "tokenizer.json"],
	])
		copyFileSync(from, join(machine, "project", to));
	walk("a project", "/project", "npm install /seqpack.tgz");
	walk("a project", "/project", use);
	console.log(`\nThe README's way works: ${secondsSince(start)} s.`);
} catch (error) {
	console.error(`\n${error.message}`);
	process.exitCode = 1;
} finally {
	rmSync(machine, { recursive: true, force: true });
}

/** An indented block of the README: its lines, without what is indented. */
function blockThatBegins(beginning) {
	const blocks = readme.match(/(?:^ {4}.*\n)+/gm) ?? [];
	const block = blocks
		.map((block) => block.replaceAll(/^ {4}/gm, "").trim())
		.find((block) => block.startsWith(beginning));
	if (block !== undefined) return block;
	console.error(`README.md has no block that begins with ${beginning}.`);
	process.exit(1);
}

function walk(name, directory, commands) {
	console.log(`\n${name}: ${commands}`);
	const start = performance.now();
	const status = runThere(machine, directory, commands);
	if (status !== 0)
		throw new Error(
			`On a machine with Node and nothing else this ended with ${status}:\n${commands}`,
		);
	console.log(`${name}: ${secondsSince(start)} s`);
}

function secondsSince(start) {
	return Math.round((performance.now() - start) / 1000);
}
