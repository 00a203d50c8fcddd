// How fast records are composed, in MB of JSON Lines a second of processor time, beside reading the
// same file and doing nothing with it:
//
//   npm run build && node bench/compose.mjs [megabytes]
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
import { recipeTaker } from "../dist/src/compose/record-taker.js";
import { readSpans } from "../dist/src/sources/read-records.js";
import { storageAt } from "../dist/src/storage/storages.js";

const megabytes = Number(process.argv[2] ?? 60);
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

async function read(fields, toStrings) {
	const taker = recipeTaker({
		textField: null,
		idField: null,
		where: null,
		fields,
	});
	const bytesOnly = {
		wanted: (format) => taker.wanted(format),
		take: (batch) => ({
			...{
				texts: batch.texts,
				marks: null,
				hashes: null,
				refused: [],
				leftOut: {},
				noted: {},
			},
			...{
				ids: batch.ids,
				positions: batch.positions,
				numbers: batch.numbers,
				moreDocuments: 0,
			},
		}),
	};
	const file = {
		...{
			path: input,
			source: "input.jsonl",
			size,
			version: null,
			format: "jsonl",
		},
		...{ compression: null, frames: null },
	};
	const span = { start: 0, end: size };
	for await (const _ of readSpans([{ storage: storageAt(input), file, span }], {
		taker: toStrings ? taker : bytesOnly,
		onBadRecord: null,
	}));
}

console.log(
	`${Math.round(size / 1e6)} MB of JSON Lines, records of 4 kB, MB a second of processor time`,
);
for (let round = 0; round < 2; round++) {
	console.log(round === 0 ? "first time" : "again");
	console.log(
		`  read, texts as bytes       ${await rate(() => read(["path"], false))}`,
	);
	console.log(
		`  read, texts as strings     ${await rate(() => read(["path"], true))}`,
	);
	for (const [name, steps] of Object.entries(recipes)) {
		const recipe = join(directory, "recipe.json");
		writeFileSync(recipe, JSON.stringify({ steps }));
		const out = join(directory, "out.jsonl");
		const options = {
			recipe,
			inputs: [input],
			out,
			workers: 0,
			overwrite: true,
		};
		console.log(
			`  ${name.padEnd(26)} ${await rate(() => composeFiles(options))}`,
		);
	}
}
