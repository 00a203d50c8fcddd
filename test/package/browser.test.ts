import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, test } from "vitest";
import { root, tokenizerPath } from "../helpers.js";

const { exports } = JSON.parse(
	readFileSync(join(root, "package.json"), "utf8"),
) as { exports: Record<string, { default: string }> };

/** What browsers, Deno, Bun and workers have beside the language itself. */
const webGlobals = {
	TextEncoder,
	TextDecoder,
	URL,
	performance,
	atob,
	btoa,
	structuredClone,
	console,
};

/** An entry of the package as one script that leaves its exports in `entry`. */
async function bundled(name: string): Promise<string> {
	const bundle = await rolldown({
		input: join(root, exports[name].default),
		platform: "browser",
	});
	const { output } = await bundle.generate({ format: "iife", name: "entry" });
	await bundle.close();
	expect(output).toHaveLength(1);
	expect(output[0].imports).toEqual([]);
	return output[0].code;
}

/** What a program gives that has an entry, and no Node. */
function inBrowser(code: string, program: string, data: object = {}): unknown {
	const context = createContext({ ...webGlobals, data });
	runInContext(code, context);
	const json = runInContext(`JSON.stringify((${program})(entry))`, context);
	return JSON.parse(json);
}

describe.each([
	[
		"./pack",
		`({ pack, lowerBound, DataError }) => {
			const { order, packOffsets } = pack(Int32Array.of(3, 5, 2, 6), 8, { packer: "best-fit-decreasing" });
			let code;
			try {
				pack(Int32Array.of(9), 8, {});
			} catch (error) {
				code = error instanceof DataError ? error.name : String(error);
			}
			return [[...order], [...packOffsets], lowerBound(Int32Array.of(3, 5, 2, 6), 8), code];
		}`,
		[[3, 2, 1, 0], [0, 2, 4], 2, "DataError"],
	],
	[
		"./segment",
		`({ unitStarts, fillUnits }) => [
			[...unitStarts("One. Zwei? 三。四", "sentence")],
			[...unitStarts("a;b;c", "regex:;")],
			[...fillUnits([10, 5, 23], 17).length],
		]`,
		[
			[0, 5, 11, 17],
			[0, 1, 3],
			[15, 17, 6],
		],
	],
	[
		"./decompose",
		`({ decomposeDocuments, remainders }) => {
			const lengths = Int32Array.of(13);
			const cut = (options) => decomposeDocuments(lengths, { maxLength: 8, ...options }).pieces;
			const pieces = cut({ name: "binary", minLength: 4 });
			return [[...pieces.length].sort(), [...remainders(lengths, pieces).length], [...cut({ name: "split" }).length]];
		}`,
		[[4, 8], [1], [8, 5]],
	],
	[
		"./masks",
		`({ positionIds, cuSeqlens }) => [
			[...positionIds(Int32Array.of(2, 3))],
			[...cuSeqlens(Int32Array.of(2, 3)).cuSeqlens],
		]`,
		[
			[0, 1, 0, 1, 2],
			[0, 2, 5],
		],
	],
	[
		"./parallel",
		`({ planGroups }) =>
			planGroups(Int32Array.of(30, 5, 5), 4, { tokensPerDevice: 10, rule: "hybrid-cp" })
				.groups.map(({ degree, items }) => [degree, ...items])`,
		[
			[4, 0],
			[2, 1],
			[2, 2],
		],
	],
	[
		"./curriculum",
		`({ scheduleOdds }) => scheduleOdds("grow-p2", 3)`,
		[4, 2, 1],
	],
] as const)("without Node: seqpack%s", (name, program, due) => {
	test("is one script that needs nothing else", async () => {
		expect(inBrowser(await bundled(name), program)).toEqual(due);
	});
});

const tokenizerCode = bundled("./tokenizer");

describe("without Node: seqpack/tokenizer", () => {
	let code: string;
	beforeAll(async () => {
		code = await tokenizerCode;
	});
	const files = {
		tokenizerJson: readFileSync(join(tokenizerPath, "tokenizer.json"), "utf8"),
	};
	const texts = ["Hello, world", "héllo 漢字 😀\n".repeat(2000)];

	test.each(["auto", "huggingface"])(
		"%s: tokenizes and decodes as in Node",
		async (engine) => {
			const { tokenizerFromJson } = await import("seqpack/tokenizer");
			const here = tokenizerFromJson(files, "auto");
			const there = inBrowser(
				code,
				`({ tokenizerFromJson }) => {
					const tokenizer = tokenizerFromJson(data.files, "${engine}");
					const ids = data.texts.map((text) => [...tokenizer.encode(text)]);
					return { ids, texts: ids.map((list) => tokenizer.decode(list)) };
				}`,
				{ files, texts },
			);
			expect(there).toEqual({
				ids: texts.map((text) => [...here.encode(text)]),
				texts,
			});
		},
	);
});

describe("without Node: a file of each kind", () => {
	const base64 = (text: string) =>
		Buffer.from(text, "latin1").toString("base64");
	const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i));
	const tokens = [...bytes, "ab", "bc", "abc", " a"];
	const words = [
		"?",
		"[UNK]",
		"\u2581",
		"a",
		"b",
		"c",
		"\u2581a",
		"abc",
		"##c",
	];
	const ids = Object.fromEntries(words.map((word, id) => [word, id]));
	const pieces = words.map((word, i) => [word, -1 - i / 8]);
	const byteTokens = Array.from(
		{ length: 256 },
		(_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`,
	);
	const metaspace = {
		type: "Metaspace",
		replacement: "\u2581",
		prepend_scheme: "always",
		split: true,
	};
	const model = (type: string, more: object, around: object) =>
		JSON.stringify({
			added_tokens: [{ id: 600, content: "<x>", special: true }],
			normalizer: { type: "NFKC" },
			pre_tokenizer: metaspace,
			decoder: metaspace,
			...around,
			model: { type, unk_token: "[UNK]", ...more },
		});
	const bert = {
		normalizer: {
			type: "BertNormalizer",
			lowercase: true,
			clean_text: true,
			handle_chinese_chars: true,
			strip_accents: null,
		},
		pre_tokenizer: { type: "BertPreTokenizer" },
		decoder: { type: "WordPiece", prefix: "##", cleanup: true },
	};
	const { recorded } = JSON.parse(
		readFileSync(
			join(root, "test/tokenizer/sentencepiece.recorded.json"),
			"utf8",
		),
	) as { recorded: { settings: { model_type: string }; model: string }[] };
	const files: [string, string, string | Uint8Array][] = [
		[
			"BPE of bytes",
			"tokenizer.json",
			readFileSync(join(tokenizerPath, "tokenizer.json")),
		],
		[
			"BPE of characters",
			"tokenizer.json",
			model(
				"BPE",
				{
					byte_fallback: true,
					vocab: Object.fromEntries(
						[...byteTokens, ...words, "ab"].map((word, id) => [word, id]),
					),
					merges: ["a b", "ab c"],
				},
				{
					normalizer: {
						type: "Replace",
						pattern: { String: " " },
						content: "\u2581",
					},
					pre_tokenizer: null,
					decoder: {
						type: "Sequence",
						decoders: [
							{
								type: "Replace",
								pattern: { String: "\u2581" },
								content: " ",
							},
							{ type: "ByteFallback" },
							{ type: "Fuse" },
						],
					},
				},
			),
		],
		[
			"Unigram",
			"tokenizer.json",
			model("Unigram", { vocab: pieces, unk_id: 0 }, {}),
		],
		[
			"WordPiece",
			"tokenizer.json",
			model(
				"WordPiece",
				{
					vocab: ids,
					continuing_subword_prefix: "##",
					max_input_chars_per_word: 100,
				},
				bert,
			),
		],
		["WordLevel", "tokenizer.json", model("WordLevel", { vocab: ids }, bert)],
		...recorded
			.slice(3, 5)
			.map(({ settings, model }): [string, string, Uint8Array] => [
				`SentencePiece, ${settings.model_type}`,
				"x.model",
				Buffer.from(model, "base64"),
			]),
		[
			"tekken.json",
			"tekken.json",
			JSON.stringify({
				config: {
					pattern: "\\s+|\\S+",
					default_vocab_size: 10 + tokens.length,
					default_num_special_tokens: 10,
				},
				vocab: tokens.map((token, rank) => ({
					rank,
					token_bytes: base64(token),
				})),
				special_tokens: [{ rank: 0, token_str: "<s>" }],
			}),
		],
		[
			"tiktoken",
			"cl100k_base.tiktoken",
			tokens.map((token, i) => `${base64(token)} ${i}\n`).join(""),
		],
	];
	const texts = [
		"abc ab <s> <x>",
		"\u00e9a\u0301 \ufb01 \u6f22\u5b57 \ud83d\ude00 ".repeat(50),
	];
	let code: string;
	beforeAll(async () => {
		code = await tokenizerCode;
	});

	test.each(files)(
		"%s: encodes and decodes as in Node",
		async (_, name, file) => {
			const { tokenizerFromFile } = await import("seqpack/tokenizer");
			const bytes = typeof file === "string" ? Buffer.from(file) : file;
			const here = tokenizerFromFile(bytes, { name });
			const due = texts.map((text) => [...here.encode(text)]);
			const there = inBrowser(
				code,
				`({ tokenizerFromFile }) => {
				for (const name of ["process", "Buffer", "require", "module", "global"])
					if (name in globalThis) throw new Error(name);
				const tokenizer = tokenizerFromFile(Uint8Array.from(data.bytes), { name: data.name });
				const ids = data.texts.map((text) => [...tokenizer.encode(text)]);
				return { engine: tokenizer.engine, ids, texts: ids.map((list) => tokenizer.decode(list)) };
			}`,
				{ bytes: [...bytes], name, texts },
			);
			expect(due[0].length).toBeGreaterThan(3);
			expect(there).toEqual({
				engine: here.engine,
				ids: due,
				texts: due.map((ids) => here.decode(ids)),
			});
		},
	);
});

test("these are the entries: those without Node are tested above", () => {
	expect(Object.keys(exports)).toEqual([
		".",
		"./pack",
		"./segment",
		"./decompose",
		"./masks",
		"./tokenizer",
		"./curriculum",
		"./parallel",
		"./package.json",
	]);
});
