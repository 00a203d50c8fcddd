// How fast records are composed, in MB of JSON Lines a second of processor time, beside reading the
// same file and doing nothing with it:
//
//   npm run build && node bench/compose.mjs [megabytes] [rounds]
import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { composeFiles } from "../dist/src/compose/compose-files.js";
import { recipeTaker, recordsIn } from "../dist/src/compose/record-taker.js";
import { readSpans } from "../dist/src/sources/read-records.js";
import { storageAt } from "../dist/src/storage/storages.js";

const megabytes = Number(process.argv[2] ?? 60);
const rounds = Number(process.argv[3] ?? 7);
const directory = mkdtempSync(join(tmpdir(), "seqpack-bench-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

const prose = new URL("../fixtures/prose/", import.meta.url);
const texts = readdirSync(prose)
	.filter((name) => name.endsWith(".txt"))
	.map((name) => readFileSync(new URL(name, prose), "utf8"))
	.flatMap((text) => text.match(/.{1,4000}/gs));
const lines = [];
let bytes = 0;
for (let i = 0; bytes < megabytes * 1e6; i++) {
	const line = JSON.stringify({
		id: `document-${i}`,
		repo: `repository-${(i * 7919) % 5000}`,
		path: `src/file-${i % 97}.txt`,
		text: texts[i % texts.length],
	});
	lines.push(line);
	bytes += line.length + 1;
}
const input = join(directory, "input.jsonl");
writeFileSync(input, `${lines.join("\n")}\n`);
lines.length = 0;
const size = statSync(input).size;

const recipes = {
	"join, consecutive": [
		{ group: { by: "consecutive", records: 8 } },
		{ separator: { text: "\n\n" } },
	],
	"template, alone": [{ template: { roles: { any: "# {path}\n\n{text}" } } }],
	"template with loss": [
		{
			template: {
				roles: { any: [{ text: "# {path}\n\n", loss: false }, "{text}"] },
			},
		},
	],
	"join by a key": [
		{ group: { by: "key", field: "repo" } },
		{ order: { field: "path" } },
		{ separator: { text: "\n\n" } },
	],
	"leave words out": [{ "drop-words": { words: ["the", "of", "and", "a"] } }],
};

async function rate(action) {
	// Processor time: the machine may have other work.
	const began = process.cpuUsage();
	await action();
	const { user, system } = process.cpuUsage(began);
	return Math.round(size / (user + system));
}

async function read(asRecords) {
	const taker = recipeTaker({
		textField: null,
		idField: null,
		where: null,
		fields: ["path"],
	});
	const asColumns = {
		wanted: (format) => taker.wanted(format),
		take: ({ texts, ids, positions, numbers }) => ({
			...{ texts, ids, positions, numbers, marks: null, hashes: null },
			...{ refused: [], leftOut: {}, noted: {}, moreDocuments: 0 },
		}),
	};
	const file = {
		...{ path: input, source: "input.jsonl", size },
		...{ version: null, format: "jsonl", compression: null, frames: null },
	};
	const span = { start: 0, end: size };
	for await (const batch of readSpans(
		[{ storage: storageAt(input), file, span }],
		{ taker: asRecords ? taker : asColumns, onBadRecord: null },
	))
		if (asRecords) recordsIn(batch);
}

function compose(steps) {
	const recipe = join(directory, "recipe.json");
	writeFileSync(recipe, JSON.stringify({ steps }));
	const out = join(directory, "out.jsonl");
	const options = { recipe, inputs: [input], out, workers: 0, overwrite: true };
	return composeFiles(options);
}

const actions = {
	"read, as columns": () => read(false),
	"read, as records of recipes": () => read(true),
	...Object.fromEntries(
		Object.entries(recipes).map(([name, steps]) => [
			name,
			() => compose(steps),
		]),
	),
};
/** In turn, so that what else the machine does falls on all of them. */
const rates = Object.fromEntries(
	Object.keys(actions).map((name) => [name, []]),
);
for (let round = 0; round < rounds; round++)
	for (const [name, action] of Object.entries(actions))
		rates[name].push(await rate(action));
console.log(
	`${Math.round(size / 1e6)} MB of JSON Lines, records of 4 kB, MB a second of processor time in ${rounds} rounds
                               first  median  best`,
);
for (const [name, all] of Object.entries(rates)) {
	const inOrder = all.toSorted((a, b) => a - b);
	const shown = [all[0], inOrder[rounds >> 1], inOrder[rounds - 1]];
	console.log(
		`  ${name.padEnd(28)} ${shown.map((n) => String(n).padStart(6)).join(" ")}`,
	);
}
