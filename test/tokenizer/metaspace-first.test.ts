import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { Tokenizer as Rust } from "tokenizers";
import { expect, test } from "vitest";
import { tokenizerFromJson } from "../../src/tokenizer/from-json.js";
import { fixtures } from "../helpers.js";

const charsmap = gunzipSync(
	readFileSync(join(fixtures, "charsmaps/nmt_nfkc.gz")),
).toString("base64");
const characters = [
	..."ab cexfiAX?-\t\u0001\u0301\u0323\u0307\u00e9\u0130\u1eb9\u2581\u6f22\ufb01",
];
const text = (least: number, most: number) =>
	fc
		.array(fc.constantFrom(...characters), {
			minLength: least,
			maxLength: most,
		})
		.map((parts) => parts.join(""));
const typesOnly = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"];
const normalizer = fc.oneof(
	fc.constantFrom(...typesOnly, "Nmt", "ByteLevel").map((type) => ({ type })),
	fc.record({
		type: fc.constant("Strip"),
		strip_left: fc.constant(true),
		strip_right: fc.boolean(),
	}),
	fc.record({ type: fc.constant("Prepend"), prepend: text(1, 2) }),
	fc.record({
		type: fc.constant("Replace"),
		pattern: fc.oneof(
			text(1, 2).map((part) => ({ String: part })),
			fc.constantFrom("a+", "b|ab", "[ae].").map((Regex) => ({ Regex })),
		),
		content: text(0, 2),
	}),
	fc.record({
		type: fc.constant("BertNormalizer"),
		clean_text: fc.boolean(),
		handle_chinese_chars: fc.boolean(),
		strip_accents: fc.constantFrom(null, true, false),
		lowercase: fc.boolean(),
	}),
);
const precompiled = { type: "Precompiled", precompiled_charsmap: charsmap };
const splitter = fc.record({
	type: fc.constant("Split"),
	pattern: fc
		.constantFrom("[^x]", "a", "e", "\\p{M}", "b+", " ")
		.map((Regex) => ({ Regex })),
	behavior: fc.constantFrom("Isolated", "Removed", "MergedWithNext"),
	invert: fc.constant(false),
});
const metaspace = fc.record({
	type: fc.constant("Metaspace"),
	replacement: fc.constant("\u2581"),
	prepend_scheme: fc.constant("first"),
	split: fc.boolean(),
});

// To read the rules takes a second.
test.each([
	["components", fc.array(normalizer, { minLength: 1, maxLength: 3 }), 3, 40],
	[
		"rules of SentencePiece",
		fc
			.tuple(fc.array(normalizer, { maxLength: 1 }), fc.boolean())
			.map(([others, isLast]) =>
				isLast ? [...others, precompiled] : [precompiled, ...others],
			),
		60,
		2,
	],
] as const)(
	"a Metaspace finds what begins a text, whatever was done to it before: %s",
	async (_, normalizers, textCount, numRuns) => {
		await fc.assert(
			fc.asyncProperty(
				normalizers as fc.Arbitrary<object[]>,
				fc.array(splitter, { maxLength: 2 }),
				metaspace,
				fc.array(text(1, 6), { minLength: textCount, maxLength: textCount }),
				async (normalizers, splitters, last, texts) => {
					const tokenizerJson = JSON.stringify({
						version: "1.0",
						added_tokens: [],
						normalizer: { type: "Sequence", normalizers },
						pre_tokenizer: {
							type: "Sequence",
							pretokenizers: [...splitters, last],
						},
						model: {
							type: "BPE",
							dropout: null,
							unk_token: "?",
							fuse_unk: false,
							vocab: Object.fromEntries(characters.map((c, id) => [c, id])),
							merges: [],
						},
					});
					const rust = Rust.fromString(tokenizerJson);
					const ours = tokenizerFromJson({ tokenizerJson });
					for (const text of texts) {
						const due = await rust
							.encode(text, null, { addSpecialTokens: false })
							.then((encoding) => encoding.getIds());
						expect([...ours.encode(text)], text).toEqual(due);
					}
				},
			),
			{ numRuns, seed: 3 },
		);
	},
);
