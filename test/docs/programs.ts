import { spawnSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { fixtures, root } from "../helpers.js";

/** The programs that a page shows, in their order. */
export function programsOf(page: string): string[] {
	const text = readFileSync(join(root, page), "utf8");
	return [...text.matchAll(/(?<=```js\n).*?(?=```)/gs)].map(
		([program]) => program,
	);
}

/**
 * Runs programs one after the other in a directory where "seqpack" is this package
 * and `fixtures/` is at hand; gives the directory and what they printed.
 */
export function runPrograms(programs: readonly string[]): {
	directory: string;
	outputs: string[];
} {
	const directory = mkdtempSync(join(root, "node_modules/.guide-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	symlinkSync(fixtures, join(directory, "fixtures"));
	mkdirSync(join(directory, "node_modules"));
	symlinkSync(root, join(directory, "node_modules/seqpack"));
	const outputs = programs.map((program, i) => {
		const file = `program-${i}.mjs`;
		writeFileSync(join(directory, file), program);
		const { status, stderr, stdout } = spawnSync(process.execPath, [file], {
			cwd: directory,
			encoding: "utf8",
			timeout: 60_000,
		});
		expect(status, stderr).toBe(0);
		return stdout;
	});
	return { directory, outputs };
}
