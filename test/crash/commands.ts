import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Int32, Utf8 } from "apache-arrow";
import { exitCodes } from "../../src/core/exit-codes.js";
import { exportFormats } from "../../src/dataset/exports/exports.js";
import { datasetFormats } from "../../src/dataset/formats.js";
import { layouts } from "../../src/dataset/layouts/layouts.js";
import { seqpack, tokenizerPath } from "../helpers.js";
import { writers } from "../records/inputs.js";

/** A command that writes, and what it writes to. */
export interface Writing {
	name: string;
	/** What stands behind `seqpack`. @param out The directory or file that is written. */
	args: (out: string) => string[];
	/** Commands that have been run there before; left out: nothing is there. */
	before?: (out: string) => string[][];
	/** Commands that end what this one begins, before anything is compared. */
	after?: (out: string) => string[][];
	/** Whether `before` has made a dataset that is read until another takes its place. */
	replaces?: boolean;
	/** Whether it is refused where it is done already, since its output says of itself nothing of how it was made. */
	isRefusedAgain?: boolean;
	/** What `out` is called, where its ending counts. */
	out?: string;
}

/** Commands that write nothing. A command must be here or tried. */
export const readers = [
	...["status", "verify", "trace", "audit", "batches", "tokenizer", "help"],
	...["completion", "diff", "inspect"],
];

/** What a command that is to succeed ends with: its exit code says that records were skipped, where some were. */
export function successOf(
	args: readonly string[],
	{ code, stderr }: { code: number | null; stderr: string },
): number {
	if (code === exitCodes.done.code || code === exitCodes.skipped.code)
		return code;
	throw new Error(`${args.join(" ")}, exit code ${code}: ${stderr}`);
}

/** Whether a command has ended as one that nothing stops, which ends with `due`, be there anything left for it to do or not. */
export function isAsDue(
	{ isRefusedAgain = false }: Pick<Writing, "isRefusedAgain">,
	{ code, stderr }: { code: number | null; stderr: string },
	due: number,
): boolean {
	return (
		code === due ||
		(isRefusedAgain && code === exitCodes.usage.code && /already/.test(stderr))
	);
}

/** What the commands read. */
export interface Inputs {
	lines: string;
	gz: string;
	more: string;
	ids: string;
	lengths: string;
	recipe: string;
	injecting: string;
	store: string;
	packed: string;
	buckets: string;
	packing: string;
	plan: string;
}

const words = "some words of which rows are made, one after the other".split(
	" ",
);

/** A text of so many words. */
const textOf = (count: number, seed: number) =>
	Array.from(
		{ length: count },
		(_, i) => words[(i * 7 + seed) % words.length],
	).join(" ");

const jsonLines = (records: readonly object[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** Writes what builds read into a directory. */
export function writeSources(directory: string): Inputs {
	const path = (name: string) => join(directory, name);
	const texts = (count: number, seed: number) =>
		jsonLines(
			Array.from({ length: count }, (_, d) => ({
				id: `${seed}-${d}`,
				kind: `kind ${d % 7}`,
				text: textOf(5 + ((d * 13) % 60), d % 20),
			})),
		);
	const inputs: Inputs = {
		lines: path("lines.jsonl"),
		gz: path("lines.jsonl.gz"),
		more: path("more.jsonl"),
		ids: path("ids.jsonl"),
		lengths: path("lengths.arrow"),
		recipe: path("recipe.yaml"),
		injecting: path("injecting.yaml"),
		store: path("store"),
		packed: path("packed"),
		buckets: path("buckets"),
		packing: path("packing"),
		plan: path("plan"),
	};
	writeFileSync(inputs.lines, `${texts(30, 1)}not a record\n${texts(20, 2)}`);
	writeFileSync(inputs.gz, gzipSync(texts(40, 3)));
	writeFileSync(inputs.more, texts(20, 4));
	writeFileSync(inputs.recipe, "steps:\n  - group: { by: key, field: kind }\n");
	writeFileSync(
		inputs.injecting,
		'steps:\n  - inject: { spans: ["a trap", "another"], repetitions: [1, 2] }\n',
	);
	const documents = Array.from({ length: 60 }, (_, d) => {
		const ids = Array.from(
			{ length: 1 + ((d * 37) % 120) },
			(_, i) => (d * 31 + i) % 99,
		);
		return { ids, mask: ids.map((_, i) => Number(i > 0 && i % 3 > 0)) };
	});
	writeFileSync(inputs.ids, jsonLines(documents));
	const lengths = documents.map(({ ids }) => ids.length);
	writeFileSync(
		inputs.lengths,
		writers["arrow file"]({
			n: [new Int32(), lengths],
			text: [new Utf8(), lengths.map((n) => textOf(n, n))],
		}),
	);
	mkdirSync(path("outputs"));
	return inputs;
}

/** The same, and the datasets and plans that other commands read. */
export async function writeInputs(directory: string): Promise<Inputs> {
	const inputs = writeSources(directory);
	const masked = ["--mask-field", "mask"];
	for (const args of [
		[
			...tokens(inputs),
			...masked,
			"--layout",
			"documents",
			"--out",
			inputs.store,
		],
		[...tokens(inputs), ...masked, "--seq-len", "64", "--out", inputs.packed],
		[
			...tokens(inputs),
			"--layout",
			"buckets",
			"--max-length",
			"64",
			"--min-length",
			"16",
			"--out",
			inputs.buckets,
		],
		[
			"pack",
			inputs.store,
			"--seq-len",
			"64",
			"--workers",
			"0",
			"--out",
			inputs.packing,
		],
		[
			"curriculum",
			inputs.buckets,
			"--tokens-per-step",
			"256",
			"--world-size",
			"2",
			"--out",
			inputs.plan,
		],
	]) {
		successOf(args, await seqpack(args));
	}
	return inputs;
}

/** A build of token ids in several tasks and shards. */
const tokens = ({ ids }: Inputs) => [
	...["build", ids, "--tokens-field", "ids", "--vocab-size", "99"],
	...["--task-size", "8000", "--shard-tokens", "1024", "--workers", "0"],
];

const build = (inputs: readonly string[], ...more: string[]) => [
	...["build", ...inputs, "--tokenizer", tokenizerPath, "--on-error", "skip"],
	...["--task-size", "4000", "--shard-tokens", "1024", "--workers", "0"],
	...more,
];

/** Options that a layout needs. */
const ofLayout: Record<string, string[]> = {
	packed: ["--seq-len", "128"],
	buckets: ["--max-length", "64", "--min-length", "16"],
};

/** Every command that writes, in every way that its registries have. */
export function writings(inputs: Inputs): Writing[] {
	const to = (out: string) => ["--out", out];
	const overwrite = "--overwrite";
	const packed = (...more: string[]) =>
		build([inputs.lines], ...ofLayout.packed, ...more);
	const planned = (out: string) => [
		"plan",
		...packed()
			.slice(1)
			.filter((word) => word !== "--workers" && word !== "0"),
		...to(out),
	];
	const store = (out: string, ...more: string[]) => [
		...build([inputs.lines], "--layout", "documents", ...more),
		...to(out),
	];
	const curriculum = (...more: string[]) => [
		...["curriculum", ...more, "--tokens-per-step", "256"],
	];
	const builds: Writing[] = layouts.names.flatMap((layout, l) =>
		datasetFormats.names.map((format, f) => ({
			name: `build ${layout} ${format}`,
			args: (out) => [
				...build([[inputs.lines, inputs.gz][(l + f) % 2]], "--layout", layout),
				...(ofLayout[layout] ?? []),
				...["--format", format, ...to(out)],
			],
		})),
	);
	const ways: Writing[] = [
		{
			name: "build without repeats, some held out",
			args: (out) => [
				...packed("--dedupe", "exact", "--validation", "5"),
				...to(out),
			],
		},
		{
			name: "build by a recipe",
			args: (out) => [...packed("--recipe", inputs.recipe), ...to(out)],
		},
		{
			name: "build over another dataset",
			before: (out) => [[...packed("--seed", "1"), ...to(out)]],
			args: (out) => [...packed(overwrite), ...to(out)],
			replaces: true,
		},
		{
			name: "build over the same dataset",
			before: (out) => [[...packed(), ...to(out)]],
			args: (out) => [...packed(overwrite), ...to(out)],
			replaces: true,
		},
		{
			name: "build more of a store",
			before: (out) => [store(out)],
			args: (out) => [
				...[
					"build",
					inputs.lines,
					inputs.more,
					"--append",
					"--layout",
					"documents",
					"--workers",
					"0",
				],
				...["--on-error", "skip", "--tokenizer", tokenizerPath, ...to(out)],
			],
			replaces: true,
		},
		{
			name: "plan",
			args: planned,
			after: (out) => [
				["run-tasks", out, "--workers", "0"],
				["finalize", out],
			],
		},
		{
			name: "run-tasks",
			before: (out) => [planned(out)],
			args: (out) => ["run-tasks", out, "--workers", "0"],
			after: (out) => [["finalize", out]],
		},
		{
			name: "finalize",
			before: (out) => [planned(out), ["run-tasks", out, "--workers", "0"]],
			args: (out) => ["finalize", out],
		},
		{
			name: "pack a store",
			args: (out) => [
				"pack",
				inputs.store,
				"--seq-len",
				"64",
				"--workers",
				"0",
				...to(out),
			],
		},
		{
			name: "pack records",
			args: (out) => [
				...[
					"pack",
					inputs.lengths,
					"--length-column",
					"n",
					"--seq-len",
					"128",
					...to(out),
				],
			],
		},
		{
			name: "pack records, passed through, over others",
			before: (out) => [
				[
					"pack",
					inputs.lengths,
					"--length-column",
					"n",
					"--seq-len",
					"128",
					...to(out),
				],
			],
			args: (out) => [
				...["pack", inputs.lengths, "--length-column", "n", "--seq-len", "256"],
				...["--pass-through", overwrite, ...to(out)],
			],
			replaces: true,
		},
		...exportFormats.names.map((name) => ({
			name: `export to ${name}`,
			args: (out: string) => [
				"export",
				inputs.packed,
				"--to",
				name,
				...to(out),
			],
		})),
		{
			name: "report of a dataset and a packing",
			args: (out) => ["report", inputs.packed, inputs.packing, ...to(out)],
			out: "report.html",
		},
		{
			name: "report of a plan, over another report",
			before: (out) => [["report", inputs.packed, ...to(out)]],
			args: (out) => ["report", inputs.plan, overwrite, ...to(out)],
			out: "report.html",
		},
		{
			name: "export the rows of a packing",
			args: (out) => ["export", inputs.packing, "--workers", "0", ...to(out)],
		},
		{
			name: "export the steps of a plan, over another export",
			before: (out) => [["export", inputs.packed, "--to", "jsonl", ...to(out)]],
			args: (out) => [
				...["export", inputs.plan, "--to", "mds", "--world-size", "2"],
				...[overwrite, ...to(out)],
			],
			replaces: true,
		},
		{
			name: "export over one of the same names",
			before: (out) => [
				["export", inputs.packing, "--to", "megatron", ...to(out)],
			],
			args: (out) => [
				...["export", inputs.packed, "--to", "megatron"],
				...[overwrite, ...to(out)],
			],
			replaces: true,
		},
		...datasetFormats.names.map((format) => ({
			name: `convert to ${format}`,
			args: (out: string) => [
				...["convert", format === "arrow" ? inputs.packed : inputs.buckets],
				...["--format", format, ...to(out)],
			],
		})),
		{
			name: "curriculum of rows",
			args: (out) => [...curriculum(inputs.buckets), ...to(out)],
		},
		{
			name: "curriculum of documents in order, over another",
			before: (out) => [[...curriculum(inputs.buckets), ...to(out)]],
			args: (out) => [
				...curriculum(inputs.store, "--order", "documents", "--chunk", "32"),
				...[overwrite, ...to(out)],
			],
			replaces: true,
		},
		{
			name: "curriculum that extends a plan",
			args: (out) => [
				...["curriculum", "--extend", inputs.plan, "--skip", "1:2", ...to(out)],
			],
		},
		{
			name: "compose a directory",
			args: (out) => [
				"compose",
				inputs.recipe,
				inputs.lines,
				inputs.gz,
				"--on-error",
				"skip",
				"--workers",
				"0",
				...to(out),
			],
		},
		{
			name: "compose a file",
			out: "out.jsonl.gz",
			isRefusedAgain: true,
			args: (out) => [
				"compose",
				inputs.recipe,
				inputs.gz,
				"--workers",
				"0",
				...to(out),
			],
		},
		{
			name: "compose a file and a list of what was injected",
			out: "out.jsonl",
			isRefusedAgain: true,
			args: (out) => [
				...[
					"compose",
					inputs.injecting,
					inputs.gz,
					"--workers",
					"0",
					...to(out),
				],
			],
		},
		{ name: "init", out: "seqpack.yaml", args: (out) => ["init", out] },
		{ name: "python", args: (out) => ["python", ...to(out)] },
	];
	return [...builds, ...ways];
}
