// How fast the normalizers of T5 and XLM-R (Precompiled), BERT and others are, in MB of UTF-8 a second of
// one thread's processor time, beside the Rust library's:
//
//   npm run build && node bench/normalizers.mjs
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Tokenizer as Rust } from "tokenizers";
import { Component } from "../dist/src/tokenizer/component.js";
import { readNormalizer } from "../dist/src/tokenizer/normalizers/normalizers.js";

const fixtures = new URL("../fixtures/", import.meta.url);
const read = (path) => readFileSync(new URL(path, fixtures));

const prose = readdirSync(new URL("prose/", fixtures))
	.filter((name) => name.endsWith(".txt"))
	.map((name) => read(`prose/${name}`).toString());
const languages = read("scripts/udhr.jsonl")
	.toString()
	.trim()
	.split("\n")
	.map((line) => JSON.parse(line).text);
const texts = {
	ASCII: prose.map((text) => text.replace(/[^\0-\x7f]/g, "-")),
	English: prose,
	"45 languages": languages,
};
const components = [
	{
		type: "Precompiled",
		precompiled_charsmap: gunzipSync(read("charsmaps/nmt_nfkc.gz")).toString(
			"base64",
		),
	},
	{
		type: "BertNormalizer",
		clean_text: true,
		handle_chinese_chars: true,
		strip_accents: null,
		lowercase: true,
	},
	...["NFC", "NFKC", "Lowercase", "StripAccents", "Nmt", "ByteLevel"].map(
		(type) => ({ type }),
	),
];

function rate(apply, texts, seconds) {
	const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
	const round = () => {
		// A character is asked for, so that a text in parts is put together.
		for (const text of texts) apply(text).charCodeAt(0);
	};
	round();
	const begin = process.cpuUsage().user;
	let rounds = 0;
	let used = 0;
	for (; used < seconds * 1e6; used = process.cpuUsage().user - begin, rounds++)
		round();
	return Math.round((bytes * rounds) / used);
}

const rows = {};
for (const json of components) {
	const own = readNormalizer(new Component(json, "normalizer", "a file"));
	const rust = Rust.fromString(
		JSON.stringify({
			version: "1.0",
			added_tokens: [],
			normalizer: json,
			model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" },
		}),
	).getNormalizer();
	rows[json.type] = Object.fromEntries(
		Object.entries(texts).flatMap(([name, list]) => [
			[name, rate((text) => own.apply(text), list, 1)],
			[`${name}, Rust`, rate((text) => rust.normalizeString(text), list, 0.5)],
		]),
	);
}
console.table(rows);
