import {
	copyFileSync,
	cpSync,
	mkdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Field, Int32, List, Utf8 } from "apache-arrow";
import { fixtures, root, tokenizerPath } from "../helpers.js";
import { writers } from "../records/inputs.js";
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

const recipes = (name: string) =>
	readFileSync(join(root, "docs/recipes/cat-lm", name), "utf8");
const files = recipes("files.jsonl");
const pairsRecipe = recipes("pairs.yaml");

/** The datasets that pages begin with. */
const begun = [
	"seqpack build corpus --tokenizer tokenizer.json --seq-len 128 --format arrow --out data",
	"seqpack build corpus --tokenizer tokenizer.json --layout documents --out store",
	"seqpack build corpus --tokenizer tokenizer.json --layout buckets --decomposer binary-random --min-length 32 --max-length 128 --format arrow --out buckets",
	"seqpack curriculum data --tokens-per-step 1K --world-size 8 --out plan",
	"seqpack pack store --seq-len 128 --out packing",
	"seqpack build chats.jsonl --tokenizer model --loss assistant --seq-len 128 --for trl --out sft",
	"seqpack export data --to megatron --out megatron",
	"seqpack export data --to megatron --out tokens",
	"seqpack curriculum buckets --tokens-per-step 1K --world-size 8 --out buckets-plan",
	"seqpack build --config mixed.yaml",
	...["plan-new", "plan-a", "plan-b"].map(
		(name) =>
			`seqpack curriculum data --tokens-per-step 1K --world-size 8 --out ${name}`,
	),
	...["data-new", "web", "books-rows", "short", "long", "rows"].map(
		(name) =>
			`seqpack build corpus --tokenizer tokenizer.json --seq-len 128 --format arrow --out ${name}`,
	),
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
	const texts = chapters.map((text, i) => ({
		id: `chapter-00${i + 1}`,
		text,
		lang: "en",
	}));
	put("corpus/a.jsonl.gz", gzipSync(lines(texts.slice(0, 4))));
	put("corpus/b.jsonl.gz", gzipSync(lines(texts.slice(4))));
	for (const name of ["web", "code"]) {
		mkdirSync(at("corpus", name));
		put(`corpus/${name}/a.jsonl`, lines([{ id: name, text: `Of ${name}.` }]));
	}
	put(
		"built.yaml",
		"tokenizer: tokenizer.json\nseq-len: 128\nout: built/\ninputs: [corpus/web/]\n",
	);
	put(
		"mixed.yaml",
		"tokenizer: tokenizer.json\nseq-len: 128\nformat: arrow\nout: mixed/\nsources: [{ name: web, inputs: [books/] }]\n",
	);
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
	put("recipe.yaml", "steps:\n  - template: { roles: { any: '{text}' } }\n");
	put(
		"train.bin",
		new Uint8Array(Uint16Array.of(5, 6, 50256, 7, 8, 50256).buffer),
	);
	const parquet = writers["parquet file"];
	const ids = new List(new Field("item", new Int32(), true));
	put(
		"tokens.parquet",
		parquet({
			input_ids: [
				ids,
				[
					[1, 2, 3],
					[4, 5],
				],
			],
		}),
	);
	put("items/a.parquet", parquet({ n: [new Int32(), [20, 30, 40]] }));
	const meta = { abstract: "All of it, and more.", lang: "en" };
	put("papers.jsonl", lines([{ doi: "a", title: "On long rows", meta }]));
	put("rollouts.jsonl", lines([{ text: "a", weights: [1] }]));
	put("files.jsonl", files);
	put("pairs.yaml", pairsRecipe);
	put("stages.json", JSON.stringify([{ tokens: 4096 }, { tokens: 4096 }]));
	put("urls.txt", "corpus.jsonl\n");
	void Utf8;
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
