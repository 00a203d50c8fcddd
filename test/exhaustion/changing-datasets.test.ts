import { cpSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { randomBelow } from "../../src/core/random.js";
import { casesOf, randomOf } from "../cases.js";
import { writeInputs, writings } from "../crash/commands.js";
import {
	contentsOf,
	filesBelow,
	seqpack,
	sharedDirectory,
	temporaryDirectory,
} from "../helpers.js";
import { changes } from "./changes.js";
import { FailingFiles } from "./failing-files.js";

const shared = sharedDirectory();
const original = join(shared, "inputs");
/** What the commands read that seqpack has written. */
const written = ["store", "packed", "buckets", "packing", "plan"];

interface Reading {
	name: string;
	/** What stands behind `seqpack`. @param inputs Where the inputs are. */
	args: (inputs: string, out: string) => string[];
	/** What it reads, of `written`. */
	reads: string[];
}

let readings: Reading[] = [];
beforeAll(async () => {
	mkdirSync(original);
	const inputs = await writeInputs(original);
	const isOne = (path: string) => written.includes(relative(original, path));
	const writers = writings(inputs)
		.filter(({ before, args }) => before === undefined && args("").some(isOne))
		.map(({ name, args, out: file = "out" }) => ({
			name,
			args: (at: string, out: string) =>
				args(join(out, file)).map((arg) => arg.replace(original, at)),
			reads: args("")
				.filter(isOne)
				.map((path) => relative(original, path)),
		}));
	const of = (command: string, ...more: string[]) =>
		written.map((name) => ({
			name: `${command} ${name}`,
			args: (at: string) => [command, join(at, name), ...more],
			reads: [name],
		}));
	readings = [
		...writers,
		...of("verify", "--json"),
		{
			name: "audit packed",
			args: (at) => [
				...["audit", join(at, "packed/data"), "--kind", "parquet", "--json"],
			],
			reads: ["packed"],
		},
		...of("trace", "--row", "3", "--json"),
		{
			name: "diff packed buckets",
			args: (at) => [
				...["diff", join(at, "packed"), join(at, "buckets"), "--json"],
			],
			reads: ["packed", "buckets"],
		},
		...of("inspect", "--json"),
		...of("status", "--json"),
		...of("batches"),
	];
}, 120_000);

interface Ended {
	code: number;
	bytes: Buffer;
	stderr: string;
	contents: Record<string, string>;
}

/** What is wrong with the end of a command, if anything is. */
function faultOf(found: Ended, whole: Ended): string | null {
	const { code, bytes, stderr } = found;
	if (/\n\s+at |should not have/.test(stderr)) return stderr;
	if (code === 0) {
		if (!bytes.equals(whole.bytes)) return "other output";
		return isDeepStrictEqual(found.contents, whole.contents)
			? null
			: "other files";
	}
	const isTold = /^seqpack: \S/m.test(stderr) || bytes.length > 0;
	return (code === 1 || code === 4) && isTold ? null : `${code}: ${stderr}`;
}

/** A packing reads its store, and a plan its datasets. */
const alsoRead: Record<string, string[]> = {
	packing: ["store"],
	plan: ["buckets"],
};

test("datasets and plans that change while a command reads them give what they held, or a sentence", async () => {
	const work = temporaryDirectory();
	const inputs = join(work, "inputs");
	const out = join(work, "out");
	const names = Object.keys(changes);
	const share = casesOf({ daily: 0, everything: 4, share: 0.03 });
	const tried = new Set<string>();
	const faults: string[] = [];
	const told: Record<string, number> = {};
	for (const { name, args, reads } of readings) {
		const run = async (at: number, instead = () => {}) => {
			mkdirSync(out);
			const ended = { code: 0, bytes: Buffer.alloc(0), stderr: "" };
			const fault = { code: "EIO" as const, at, lasts: false, instead };
			const { calls, error } = await FailingFiles.during(
				inputs,
				fault,
				async () => Object.assign(ended, await seqpack(args(inputs, out))),
			);
			expect(error, name).toBeNull();
			return { calls, ...ended, contents: contentsOf(out) };
		};
		const anew = () => {
			rmSync(work, { recursive: true });
			mkdirSync(work);
			cpSync(original, inputs, { recursive: true, preserveTimestamps: true });
		};
		anew();
		const whole = await run(-1);
		// Not every command reads everything.
		if (whole.code === 2) continue;
		tried.add(name.split(" ")[0]);
		expect(whole.code, `${name}: ${whole.stderr}`).toBe(0);
		const files = reads
			.flatMap((one) => [one, ...(alsoRead[one] ?? [])])
			.flatMap((one) =>
				filesBelow(join(original, one)).map((path) => join(one, path)),
			)
			.filter((path) => statSync(join(original, path)).size > 0);
		for (let number = 0; number < share; number++) {
			anew();
			const random = randomOf(`changing ${name}`, number);
			const change = names[randomBelow(random, names.length)];
			const path = join(inputs, files[randomBelow(random, files.length)]);
			const at = randomBelow(random, whole.calls);
			const what = `${name}, case ${number}: ${relative(work, path)} ${change} at ${at} of ${whole.calls}`;
			const found = await run(at, () => changes[change](path, random));
			told[found.code] = (told[found.code] ?? 0) + 1;
			let fault = faultOf(found, whole);
			if (fault !== null && found.code === 0) {
				// Before it was opened it was another file, of which verify tells.
				anew();
				changes[change](path, randomOf(`changing ${name}`, number));
				fault = faultOf(found, await run(-1));
			}
			if (fault !== null) faults.push(`${what}: ${fault}`);
		}
	}
	expect(faults).toEqual([]);
	expect([...tried].sort()).toEqual([
		...["audit", "batches", "convert", "curriculum", "diff", "export"],
		...["inspect", "pack", "report", "status", "trace", "verify"],
	]);
	if (share > 0) expect(told[0]).toBeGreaterThan(0);
});
