import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { tokenizerFromJson } from "seqpack";
import { describe, expect, test } from "vitest";
import { createRandom, randomBelow } from "../../src/core/random.js";
import type { BpeTokenizer } from "../../src/tokenizer/bpe-tokenizer.js";
import {
	openTokenizer,
	prepareTokenizer,
} from "../../src/tokenizer/from-json.js";
import { everything, tokenizerPath } from "../helpers.js";
import { models, randomLetters, usePair, vocabularies } from "./rust-pair.js";

const edges = [
	"",
	" ",
	"  ",
	"\n",
	"\r\n\r\n",
	"a  b   c    d",
	"a \n b\n \n  c\t\td \t\n",
	"trailing spaces   ",
	"   leading",
	"I'm you're he'll SHE'LL we'Ve it'S don'T 'quoted' ''' 's'",
	"'\u017f '\u017f\u017f x'\u017fy",
	"1 12 123 1234 12345 1,234.56 ½ ² ٣٤٥٦ Ⅻ 一二三",
	"e\u0301 é \u0301 a\u0300\u0316 \u1e9b\u0323",
	"👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪🇫🇷 ❤️",
	"中文。日本語テキスト、한국어 ไทย हिन्दी العربية עברית",
	"snake_case camelCase PascalCase kebab-case CONST_CASE",
	"for (let i = 0; i < n; i++) {\n\t\tx[i] += y[i] / 2; // ok\n}\n",
	"http://example.org/a?b=c&d=e#f <a href='x'>y</a>",
	"\u0000\u0001\u001f\u007f\u0080\u0085\u00a0\u2028\u2029\ufeff\ufffd",
	"\u00a0\u00a0x \u3000y\u2003\u2003z\u0085\u0085",
	"!!!???... ---___*** ((([[[{{{",
	"\ud800 lone \udc00 surrogates \udbff",
	"<|endoftext|> <|endoftext|><|endoftext|>x<|endoftext",
	"<|begin_of_text|><|end_of_text|>a<|im_start|>user\nhi<|im_end|>\n",
	"<|<|endoftext|>|> < |endoftext|> <think>x</think>",
	"<｜User｜>hi<｜Assistant｜> <｜fim▁hole｜>",
	"<s> x</s>y <s>",
	"<start_of_turn>user\n\n\nhi<end_of_turn><h1>x</h1> <table>",
	"\u2581 \u2581\u2581x y\u2581z \u2581",
	"x>  y>   z> \u2581",
	"<0x41> <0x0A> <unk>",
	"\u0001\u0002abc \u00ad\u00adx\u200b",
	"漢字かな交じりカタカナ・ー 1漢2字3 \u3000漢",
	"a".repeat(3000),
	" ".repeat(3000),
	"\n".repeat(3000),
	"0123456789".repeat(300),
	"é".repeat(1000),
	"漢".repeat(1000),
];

const alphabet = [
	..."abcdefgXYZ0123456789 \n\t'\".,;:!?-_()[]{}<>|/\\@#$%^&*+=~`",
	..."  \n\n\r\t",
	"'s",
	"'LL",
	" the",
	" and",
	"ing",
	"\u00a0",
	"\u0085",
	"\u200b",
	"\u200d",
	"\u0301",
	"é",
	"ß",
	"İ",
	"ǅ",
	"Ж",
	"ω",
	"א",
	"ع",
	"ह",
	"ि",
	"ก",
	"한",
	"中",
	"ｶ",
	"😀",
	"🏽",
	"𝔸",
	"𝟘",
	"\u{11de0}",
	"\u{10d40}",
	"\ud83d",
	"<|endoftext|>",
	"<|end_of_text|>",
	"<｜User｜>",
	"<end_of_turn>",
	"\u2581",
	"漢字",
	"カナ",
];

function randomText(seed: number): string {
	const random = createRandom(seed);
	const parts = Array.from({ length: 1 + randomBelow(random, 200) }, () => {
		const kind = randomBelow(random, 10);
		if (kind < 8) return alphabet[randomBelow(random, alphabet.length)];
		const most = kind === 8 ? 0x3000 : 0x110000;
		return String.fromCodePoint(randomBelow(random, most));
	});
	return parts.join("");
}

const points: string[] = [];
for (let point = 1; point < 0x110000; point++) {
	if (point >= 0xd800 && point <= 0xdfff) continue;
	// Planes 4 and up are empty but for 14: a few of each will do.
	const isEmpty = point >= 0x40000 && point >> 9 !== 0xe0000 >> 9;
	if (!isEmpty || point % 256 === 0) points.push(String.fromCodePoint(point));
}

const letters = randomLetters(
	createRandom(3),
	everything ? 1_000_000 : 500_000,
);

/** Code points between letters, and between digits. */
const contexts: [string, string][] = [
	["x", "y "],
	["1", "1 "],
];

/** The code points to try with a vocabulary, in their contexts. */
function inContext(name: string): string[] {
	const texts = contexts.map(([before, after]) =>
		points.map((point) => before + point + after),
	);
	if (everything) return name === "fixture" ? texts.flat() : texts[1];
	// Two by two in one context and in the other, since upper and lower case take turns.
	const some = points.map((_, i) => texts[(i >> 1) & 1][i]);
	return name === "fixture" ? some : some.filter((_, i) => i % 5 === 0);
}

// One of each kind: bytes by the pattern of Llama 3 and by that of GPT-2, and characters.
const some = ["fixture", "gpt-2", "llama 2"];

const usual = vocabularies.filter(
	([name]) => everything || some.includes(name),
);

describe.each(usual)("%s: the ids of the Rust library", (name, path) => {
	const both = usePair(path);

	test("on the edges of the patterns", async () => {
		const { same } = both();
		await same(edges);
		await same(edges.map((text) => `x${text}y`));
	});

	test("on random text", async () => {
		const { same } = both();
		const first = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
		const count = everything ? 800 : 500;
		console.log(
			`seeds ${first} to ${first + count - 1}; SEED=${first} runs them again`,
		);
		const texts = Array.from({ length: count }, (_, i) =>
			randomText(first + i),
		);
		await same(texts, (text) => `seed ${first + texts.indexOf(text)}`);
	}, 120_000);

	test("on words that never came before, of every length, a few and many at once", async () => {
		const { same } = both();
		const random = createRandom(11);
		const scripts = [0x61, 0x430, 0x4e00, 0xe01, 0x905, 0xac00, 0x1f600];
		const word = () => {
			const first = scripts[randomBelow(random, scripts.length)];
			const length = 1 + randomBelow(random, randomBelow(random, 4) ? 20 : 80);
			return Array.from({ length }, () =>
				String.fromCodePoint(first + randomBelow(random, 26)),
			).join("");
		};
		const between = [
			" ",
			" ",
			" ",
			", ",
			"\n",
			"<|endoftext|>",
			" the ",
			"\ud800",
		];
		const texts = Array.from({ length: 400 }, () => {
			const words = Array.from({ length: 1 + randomBelow(random, 30) }, word);
			return words
				.map((w) => w + between[randomBelow(random, between.length)])
				.join("");
		});
		await same(texts);
	});

	test("on code points that may be assigned, between letters and between digits", async () => {
		const { same } = both();
		const texts = inContext(name);
		for (let i = 0; i < texts.length; i += 1 << 15) {
			const text = texts.slice(i, i + (1 << 15)).join("");
			await same([text], () => `code points from number ${i}`);
		}
	}, 120_000);

	test("on a long text without a space", async () => {
		const { same } = both();
		await same([letters]);
	}, 120_000);

	test("decoded as there, also where a character is cut", async () => {
		const { tokenizer, rust } = both();
		const random = createRandom(5);
		for (let i = 0; i < 300; i++) {
			const ids = Array.from({ length: 1 + randomBelow(random, 12) }, () =>
				randomBelow(random, Math.min(tokenizer.vocabSize, 50_000)),
			).filter((id) => rust.idToToken(id) !== null);
			if (ids.length > 0)
				expect(tokenizer.decode(ids)).toBe(await rust.decode(ids, false));
		}
	});
});

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function heapInUse(): number {
	collectGarbage();
	return process.memoryUsage().heapUsed;
}

describe("the engine", () => {
	const files = (path: string) => ({
		tokenizerJson: readFileSync(join(path, "tokenizer.json"), "utf8"),
	});

	test("is ours, and the library's where it is asked for", async () => {
		const auto = tokenizerFromJson(files(tokenizerPath));
		expect(auto.engine).toBe("byte-level-bpe");
		const library = tokenizerFromJson(files(tokenizerPath), "huggingface");
		expect(library.engine).toBe("huggingface");
		for (const text of edges.slice(0, 20))
			expect(library.encode(text)).toEqual(auto.encode(text));
	});

	test("names a merge of a token that is not there", () => {
		const json = JSON.parse(files(tokenizerPath).tokenizerJson);
		json.model.merges[6] = ["zz", "qq"];
		expect(() =>
			tokenizerFromJson({ tokenizerJson: JSON.stringify(json) }),
		).toThrow(/merge 7 \(\["zz","qq"\]\) names the token "zz"/);
	});

	test("refuses ids outside the vocabulary when decoding", () => {
		const tokenizer = tokenizerFromJson(files(tokenizerPath));
		for (const id of [4096, -1, 1.5])
			expect(() => tokenizer.decode([id])).toThrow(
				/is not in the vocabulary of 4096/,
			);
	});

	test("words that never come again take no more memory than stated", () => {
		const tokenizer = tokenizerFromJson(
			files(models("tokenizer-llama3")),
		) as BpeTokenizer;
		const stated = tokenizer.memoryBytes;
		// What docs/guide/build.md states.
		expect(stated).toBeLessThan(38e6);
		const random = createRandom(9);
		const before = heapInUse();
		for (let i = 0; i < (everything ? 40 : 30); i++) {
			// More than half a million different words, some times what the cache holds.
			const words = Array.from({ length: 20_000 }, () =>
				random().toString(36).replace(/\d/g, "q"),
			);
			tokenizer.encode(words.join(" "));
		}
		expect(tokenizer.memoryBytes).toBe(stated);
		expect(heapInUse() - before).toBeLessThan(20e6);
		// After the measurement, so that the cache is still there to be measured.
		expect(tokenizer.encode("x").length).toBe(1);
	});

	test("what the cache holds is right after it has been written over", () => {
		const tokenizer = tokenizerFromJson(files(tokenizerPath));
		const random = createRandom(11);
		const known = Array.from({ length: 3000 }, () => textOf(random, 4, 30));
		const encode = () => known.map((word) => String(tokenizer.encode(word)));
		const due = encode();
		for (let i = 0; i < (everything ? 25 : 15); i++) {
			const words = Array.from({ length: 20_000 }, () => textOf(random, 8, 40));
			tokenizer.encode(words.join(" "));
			expect(encode().join(";")).toBe(due.join(";"));
		}

		function textOf(random: () => number, least: number, most: number) {
			const length = least + (random() % (most - least));
			const start = random() % (letters.length - length);
			return letters.slice(start, start + length);
		}
	});

	test("another thread opens what was compiled, without a copy of the tables sent", () => {
		const prepared = prepareTokenizer(files(models("tokenizer-gpt2")));
		const port = new MessageChannel();
		port.port1.postMessage(prepared);
		const received = receiveMessageOnPort(port.port2)?.message;
		port.port1.close();
		expect(received.compiled.tables.image.buffer).toBeInstanceOf(
			SharedArrayBuffer,
		);
		const tokenizer = openTokenizer(received);
		expect(tokenizer.encode("Hello, world")).toEqual(
			openTokenizer(prepared).encode("Hello, world"),
		);
	});
});
