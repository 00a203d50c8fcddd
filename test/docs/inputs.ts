import {
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
	Field,
	Int32,
	List,
	RecordBatch,
	Schema,
	Table,
	tableToIPC,
	vectorFromArray,
} from "apache-arrow";
import { fixtures, root, tokenizerPath } from "../helpers.js";
import { runIn, wordsOf } from "./recipes.js";

const chapters = Array.from({ length: 8 }, (_, i) =>
	readFileSync(join(fixtures, "prose", `chapter-00${i + 1}.txt`), "utf8"),
);

const chats = [1, 2, 3].map((n) => ({
	messages: [
		{ role: "user", content: "How many?" },
		{ role: "assistant", content: `There are ${n} of them.` },
	],
}));

const pairs = [1, 2].map((n) => ({
	prompt: [{ role: "user", content: "How many?" }],
	chosen: [{ role: "assistant", content: `${n}.` }],
	rejected: [{ role: "assistant", content: "Many." }],
}));

/** The datasets that pages begin with. */
const begun = [
	"seqpack build corpus --tokenizer tokenizer.json --seq-len 128 --format arrow --out data",
	"seqpack build corpus --tokenizer tokenizer.json --layout documents --out store",
	"seqpack build corpus --tokenizer tokenizer.json --layout buckets --decomposer binary-random --min-length 32 --max-length 128 --format arrow --out buckets",
	"seqpack curriculum data --tokens-per-step 1K --world-size 8 --out plan",
	"seqpack pack store --seq-len 128 --out packing",
	"seqpack build chats.jsonl --tokenizer model --loss assistant --seq-len 128 --for trl --out sft",
	"seqpack export data --to megatron --out megatron",
];

const lines = (records: readonly object[]) =>
	records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** Writes inputs and datasets of the names that pages show, a few small ones of each kind. */
export async function writeInputs(directory: string): Promise<void> {
	const at = (...names: string[]) => join(directory, ...names);
	const put = (name: string, content: string | Uint8Array) =>
		writeFileSync(at(name), content);
	for (const name of ["corpus", "books", "code", "items", "model"])
		mkdirSync(at(name));
	const texts = chapters.map((text, i) => ({ id: `${i}`, text, lang: "en" }));
	put("corpus/a.jsonl.gz", gzipSync(lines(texts.slice(0, 4))));
	put("corpus/b.jsonl.gz", gzipSync(lines(texts.slice(4))));
	put("corpus.jsonl", lines(texts));
	put("in.jsonl", lines(texts));
	for (const [i, text] of chapters.entries()) put(`books/${i}.txt`, text);
	put("code/a.py", "def a():\n    return 1\n\n\ndef b():\n    return 2\n");
	for (const name of ["tokenizer.json", "tokenizer_config.json"])
		for (const folder of [".", "model"])
			copyFileSync(join(tokenizerPath, name), at(folder, name));
	cpSync(tokenizerPath, at("tokenizer"), { recursive: true });
	copyFileSync(
		join(root, "docs/recipes/chat.jinja"),
		at("model/chat_template.jinja"),
	);
	put("chats.jsonl", lines(chats));
	put("pairs.jsonl", lines(pairs));
	put(
		"recipe.yaml",
		"steps:\n  - template: { text: '{text}', fields: { text: text } }\n",
	);
	put(
		"train.bin",
		new Uint8Array(Uint16Array.of(5, 6, 50256, 7, 8, 50256).buffer),
	);
	const ids = vectorFromArray(
		[
			[1, 2, 3],
			[4, 5],
		],
		new List(new Field("item", new Int32(), true)),
	);
	put("tokens.arrow", tableToIPC(new Table({ input_ids: ids }), "file"));
	void RecordBatch;
	void Schema;
	for (const command of begun) await runIn(directory, wordsOf(command));
}

/** The listing of a page that stands below the name of a file: `chats.jsonl`. */
export function writeShownFiles(directory: string, page: string): void {
	const text = readFileSync(join(root, page), "utf8");
	for (const [, name, content] of text.matchAll(
		/`([\w.-]+\.jsonl)`:\n\n```json\n(.*?)```/gs,
	))
		writeFileSync(join(directory, name), content);
}

void existsSync;
