// CONTRIBUTING.md, done as it stands there, with a copy of the sources.
import { spawnSync } from "node:child_process";
import {
	cpSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { root } from "../helpers.js";

const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
const [, walk] = page.split("## Add a packer in ten minutes");
const copy = mkdtempSync(join(tmpdir(), "seqpack-contributing-"));
afterAll(() => rmSync(copy, { recursive: true }));

/** A block of the walk that begins in a certain way, and the file that is named before it. */
function blockThatBegins(beginning: RegExp): string {
	const blocks = [
		...walk.matchAll(/^```ts\n(.*?)^```/gms),
		...walk.matchAll(/((?:^ {4}.*\n)+)/gm),
	].map(([, block]) => block.replaceAll(/^ {4}/gm, ""));
	const block = blocks.find((block) => beginning.test(block));
	if (block === undefined) throw new Error(`no block begins with ${beginning}`);
	return block;
}

const { VITEST, NODE_ENV, FORCE_COLOR, ...environment } = process.env;

/** Runs commands of the page in the copy. `npm run build`, without the kernels and the bundle, is there already. */
function run(commands: string): string {
	const { status, stdout, stderr } = spawnSync("sh", ["-ec", commands], {
		cwd: copy,
		encoding: "utf8",
		env: { ...environment, NO_COLOR: "1" },
	});
	expect(status, `${commands}\n${stdout}\n${stderr}`).toBe(0);
	return stdout + stderr;
}

const asFiles = (commands: string) =>
	commands
		.replaceAll(/^npx seqpack/gm, "node dist/cli/main.js")
		.replaceAll(
			/^npx vitest run/gm,
			"node node_modules/vitest/vitest.mjs run --reporter verbose",
		);

test("the packer of the page is a file and two lines, and passes the tests of all packers", () => {
	for (const name of [
		...["src", "cli", "test", "docs", "python", "package.json"],
		...["tsconfig.json", "tsconfig.build.json", "vitest.config.ts"],
		...["scripts", "bench", "README.md"],
	])
		cpSync(join(root, name), join(copy, name), { recursive: true });
	for (const name of ["node_modules", "fixtures"])
		symlinkSync(join(root, name), join(copy, name));

	const [, file] = /It is one file, `([^`]+)`/.exec(walk) ?? [];
	const [, registry] = /two lines in `([^`]+)`/.exec(walk) ?? [];
	writeFileSync(join(copy, file), blockThatBegins(/^import \{ integer/));
	const [line, entry] = blockThatBegins(/^import .*\n\t"/).split("\n");
	const before = readFileSync(join(copy, registry), "utf8");
	const after = before
		.replace(/(?<=^import [^;]*;\n)(?=\nconst entries)/m, `${line}\n`)
		.replace(/^\};$/m, `${entry}\n};`);
	expect(after.split("\n")).toHaveLength(before.split("\n").length + 2);
	writeFileSync(join(copy, registry), after);

	run("node node_modules/typescript/bin/tsc -p tsconfig.build.json");
	expect(blockThatBegins(/^npm run docs/)).toBe("npm run docs\n");
	run("node scripts/docs.mjs");
	const [, name] = /"([^"]+)"/.exec(entry) ?? [];
	expect(readFileSync(join(copy, "docs/guide/packing.md"), "utf8")).toContain(
		`| \`${name}\` |`,
	);
	const printed = run(asFiles(blockThatBegins(/^npx seqpack/)));
	expect(printed).toMatch(/shuffled is sound/);
	expect(printed).toMatch(new RegExp(`^ *${name}\\b`, "m"));
	const tested = run(asFiles(blockThatBegins(/^npx vitest/)));
	expect(tested).toContain(`${name} > puts each sequence in one pack`);
	expect(tested).toMatch(/Test Files.* 2 passed/);
});
