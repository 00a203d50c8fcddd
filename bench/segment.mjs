// How fast sentences are found, in MB of UTF-8 a second of one thread's processor time, beside
// Intl.Segmenter, which is Node's ICU; where they differ it fails.
//
//   npm run build && node bench/segment.mjs
import { readdirSync, readFileSync } from "node:fs";
import { unitKinds, unitStarts } from "../dist/src/segment.js";

const fixtures = new URL("../fixtures/", import.meta.url);
const read = (path) => readFileSync(new URL(path, fixtures), "utf8");
const texts = {
	English: readdirSync(new URL("prose/", fixtures))
		.filter((name) => name.endsWith(".txt"))
		.map((name) => read(`prose/${name}`)),
	"45 languages": read("scripts/udhr.jsonl")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line).text),
};
const segmenter = new Intl.Segmenter("und", { granularity: "sentence" });

/** Where ICU's sentences begin, in UTF-16 units. */
function icuStarts(text) {
	const starts = [];
	for (const { index } of segmenter.segment(text)) starts.push(index);
	return starts;
}

/** Bytes as UTF-16 units. */
function unitsOf(bytes, starts) {
	let units = 0;
	return Array.from(starts, (start, i) => {
		units += bytes
			.subarray(i === 0 ? 0 : starts[i - 1], start)
			.toString().length;
		return units;
	});
}

function rate(bytes, action, seconds = 2) {
	action();
	const begin = process.cpuUsage().user;
	let rounds = 0;
	let used = 0;
	for (; used < seconds * 1e6; used = process.cpuUsage().user - begin, rounds++)
		action();
	return (bytes * rounds) / used;
}

for (const [name, list] of Object.entries(texts)) {
	const encoded = list.map((text) => Buffer.from(text));
	const bytes = encoded.reduce((sum, { length }) => sum + length, 0);
	for (const [i, text] of list.entries()) {
		const ours = unitsOf(encoded[i], unitStarts(encoded[i], "sentence"));
		if (`${ours}` !== `${icuStarts(text)}`)
			throw new Error(`${name}, text ${i}: the sentences differ`);
	}
	const icu = rate(bytes, () => list.forEach(icuStarts));
	console.log(`${name}: Intl.Segmenter ${icu.toFixed(1)} MB/s`);
	for (const [kind, { finder, argument }] of unitKinds.entries()) {
		if (finder === undefined) continue;
		const written = argument === undefined ? kind : `${kind}:^\\S`;
		const own = rate(bytes, () => {
			for (const text of encoded) unitStarts(text, written);
		});
		console.log(`  ${written.padEnd(18)} ${own.toFixed(0)} MB/s`);
	}
}
