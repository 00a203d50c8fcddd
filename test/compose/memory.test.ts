import { spawnSync } from "node:child_process";
import {
	closeSync,
	openSync,
	statSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { root, temporaryDirectory } from "../helpers.js";

const MEGABYTE = 1e6;

/** Writes about so many megabytes of records of 4 kB, of repositories that come again and again. */
function writeRecords(path: string, megabytes: number): void {
	const file = openSync(path, "w");
	const text = "a line of a file\n".repeat(240);
	let count = 0;
	for (let written = 0; written < megabytes * MEGABYTE; ) {
		const lines = Array.from({ length: 250 }, () => {
			const repo = `repository-${(count * 7919) % 5000}`;
			return JSON.stringify({ id: `d${count++}`, repo, text });
		});
		written += writeSync(file, `${lines.join("\n")}\n`);
	}
	closeSync(file);
}

/** Composes in a process of its own; gives the records, and the memory that the process took. */
function compose(options: object): { records: number; megabytes: number } {
	const library = pathToFileURL(join(root, "dist/src/index.js")).href;
	const program = `
		import { readFileSync } from "node:fs";
		import { composeFiles } from ${JSON.stringify(library)};
		const { records } = await composeFiles(${JSON.stringify(options)});
		// What resourceUsage says begins with what the parent had when it started this.
		const status = readFileSync("/proc/self/status", "utf8");
		const megabytes = Number(/VmHWM:\\s+(\\d+)/.exec(status)[1]) / 1000;
		console.log(JSON.stringify({ records, megabytes }));`;
	const { stdout, stderr } = spawnSync(
		process.execPath,
		["--input-type=module", "--eval", program],
		{ encoding: "utf8" },
	);
	expect(stderr).toBe("");
	return JSON.parse(stdout);
}

test.runIf(process.platform === "linux")(
	"Joining by a key takes the memory of a part of the groups, not of the input",
	() => {
		const directory = temporaryDirectory();
		const input = join(directory, "input.jsonl");
		const recipe = join(directory, "recipe.json");
		const out = join(directory, "out.jsonl");
		writeRecords(input, 200);
		writeFileSync(
			recipe,
			JSON.stringify({
				steps: [
					{ group: { by: "key", field: "repo" } },
					{ separator: { text: "\n" } },
				],
			}),
		);
		const { records, megabytes } = compose({
			...{ recipe, inputs: [input], out },
			...{ workers: 0, groupMemory: 4 << 20 },
		});
		expect(records).toBe(5000);
		expect(statSync(out).size).toBeGreaterThan(200 * MEGABYTE);
		// It was about 190; with all groups in memory at once it is over 300.
		expect(megabytes).toBeLessThan(260);
	},
);
