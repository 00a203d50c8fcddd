import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	createRandom,
	type Random,
	randomBelow,
} from "../../src/core/random.js";
import { otherFiles } from "../../src/tokenizer/convert/converted.js";
import { tokenizerEngines } from "../../src/tokenizer/from-json.js";
import { casesOf } from "../cases.js";
import { tokenizerPath } from "../helpers.js";
import { nmtNfkc } from "../tokenizer/charsmaps.js";
import { Draw, randomTokenizer } from "../tokenizer/random-pipelines.js";
import { mutateBytes, mutateJson, mutateText, pick } from "./mutate.js";
import { Cases, type Tally, tryCases } from "./outcome.js";

interface Tokenizing {
	file: Uint8Array;
	beside: {
		name: string;
		configJson: string | null;
		specialTokensMapJson: string | null;
	};
	engine: (typeof tokenizerEngines)[number];
	texts: string[];
}

const cases = new Cases<Tokenizing, { encoded: (number | string)[] }>(
	"tokenize.mjs",
);

const TEXTS = [
	"",
	"The quick brown fox, 12345 times; don't!\n\n  é 日本語 😀 <s>[UNK]</s>",
	`${"a".repeat(40)}!`,
	`${"aab".repeat(2000)}c`,
	`${" ".repeat(3000)}x${"\n".repeat(3000)}`,
	"x".repeat(5000),
];

/** Patterns that take time without end where somebody tries all ways to match them. */
const HOSTILE = [
	"(a+)+$|\\s+|.",
	"(a|a)*$|.",
	"(a|aa)+$|\\s",
	"(.*a){20}$|x",
	"(\\w+\\s?)+$|.",
	"(x+x+)+y|.",
	"(?:a{0,50}){50}b|.",
	"(a*)*b|\\s+",
	"([a-z]+)*[0-9]|.",
	"(?=(a+))a*b|.",
	"((a+)+)+!{9999}",
	"a{99999}",
	"(((((a{1,100}){1,100}){1,100}){1,100}){1,100})b",
	"(",
	"[",
	"\\p{Nonsense}",
	"(?<n>a)\\k<n>",
	"\\1(a)",
	"(?R)",
	"",
	"x*",
	"\\G\\s",
];

type Json = Record<string, unknown>;

/** The tokenizer of the fixtures with its first tokens: small, and run by the kernel. */
function smallBpe(): Json {
	const json = JSON.parse(
		readFileSync(join(tokenizerPath, "tokenizer.json"), "utf8"),
	);
	const kept = Object.entries<number>(json.model.vocab).filter(
		([, id]) => id < 400,
	);
	const vocab = Object.fromEntries(kept);
	const merges = json.model.merges.filter(
		(merge: string | [string, string]) => {
			const [left, right] =
				typeof merge === "string" ? merge.split(" ") : merge;
			return left + right in vocab && left in vocab && right in vocab;
		},
	);
	return { ...json, model: { ...json.model, vocab, merges } };
}

const bpe = smallBpe();
const split = (pattern: object, behavior = "Isolated"): Json => ({
	...bpe,
	pre_tokenizer: {
		type: "Sequence",
		pretokenizers: [
			{ type: "Split", pattern, behavior, invert: false },
			{
				type: "ByteLevel",
				...{ add_prefix_space: false, trim_offsets: true, use_regex: false },
			},
		],
	},
});

const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i));
const tokens = [...bytes, "ab", "bc", "abc", " a"];
const ranks = tokens.map((token, i) => `${base64(token)} ${i}\n`).join("");
const tekken = {
	config: {
		pattern: "\\s+|\\S+",
		default_vocab_size: 10 + tokens.length,
		default_num_special_tokens: 10,
	},
	vocab: tokens.map((token, rank) => ({ rank, token_bytes: base64(token) })),
	special_tokens: [
		{ rank: 0, token_str: "<s>" },
		{ rank: 1, token_str: "</s>" },
	],
};
const models: Buffer[] = JSON.parse(
	readFileSync(
		new URL("../tokenizer/sentencepiece.recorded.json", import.meta.url),
		"utf8",
	),
).recorded.map(({ model }: { model: string }) => Buffer.from(model, "base64"));

/** Files of each kind by the name that tells it. */
const otherKinds: Record<string, readonly Buffer[]> = {
	"tekken.json": [Buffer.from(JSON.stringify(tekken))],
	"tokenizer.model": [...models, Buffer.from(ranks)],
	...Object.fromEntries(
		otherFiles
			.filter((name) => name.endsWith(".tiktoken"))
			.map((name) => [name, [Buffer.from(ranks)]]),
	),
};

const CONFIG = {
	bos_token: { content: "<s>", lstrip: false, __type: "AddedToken" },
	eos_token: "</s>",
	add_bos_token: true,
	added_tokens_decoder: { "5": { content: "<x>", special: true } },
	additional_special_tokens: ["<y>"],
	pat_str: "[ab]+|[^ab]",
	special_tokens: { "<end>": 300 },
};
const MAP = { bos_token: "<s>", unk_token: { content: "<unk>" } };

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Lines as they are, but some of which are elsewhere, twice, or have another number. */
function mutateLines(file: Buffer, random: Random): Buffer {
	const lines = file.toString("latin1").split("\n");
	for (let i = randomBelow(random, 3); i >= 0 && lines.length > 0; i--) {
		const at = randomBelow(random, lines.length);
		const number = pick([0, 1, 300, 400, 2 ** 24, 2 ** 32 + 17, -1], random);
		const change = pick(
			[
				() => lines.splice(at, 1),
				() => lines.splice(at, 0, lines[randomBelow(random, lines.length)]),
				() => lines.splice(at, 1, lines[at].replace(/\d+\r?$/, `${number}`)),
				() => lines.splice(at, 1, `${lines[at]}\r`),
			],
			random,
		);
		change();
	}
	return Buffer.from(lines.join("\n"), "latin1");
}

/** What stands beside a file one time in four, changed. */
function beside(name: string, random: Random): Tokenizing["beside"] {
	const text = (value: object) =>
		randomBelow(random, 4) === 0
			? mutateJson(json(value), random).toString()
			: null;
	return { name, configJson: text(CONFIG), specialTokensMapJson: text(MAP) };
}

async function endOf(input: Tokenizing, tally: Tally, what: string) {
	const outcome = await cases.run(input);
	tally.add(what, outcome);
	return outcome.kind === "fault" ? outcome.what : null;
}

/** All components that there are by chance, the kernel's own, hostile patterns, and rules of normalizing. */
function tokenizerJson(random: Random): { kind: string; file: Json } {
	const kind = randomBelow(random, 8);
	if (kind === 0) return { kind: "bpe", file: bpe };
	if (kind === 1)
		return {
			kind: "patterns",
			file: split(
				{ Regex: pick(HOSTILE, random) },
				pick(["Isolated", "Removed"], random),
			),
		};
	const file = randomTokenizer(new Draw(createRandom(random())()));
	if (kind > 2) return { kind: "pipelines", file };
	const normalizer = pick(
		[
			{ type: "Precompiled", precompiled_charsmap: nmtNfkc() },
			{
				type: "Replace",
				pattern: { Regex: pick(HOSTILE, random) },
				content: "x",
			},
		],
		random,
	);
	return { kind: "normalizers", file: { ...file, normalizer } };
}

test("a tokenizer.json that is changed anywhere makes tokens, or says what is wrong", async () => {
	const count = casesOf({ daily: 70, share: 0.1 });
	await tryCases("tokenizer.json", count, async (random, tally) => {
		const { kind, file } = tokenizerJson(random);
		const whole = json(file);
		const engine = pick(tokenizerEngines, random);
		// Hostile patterns as they are, too.
		const isAsItIs = randomBelow(random, 8) === 0;
		const input = {
			file: isAsItIs ? whole : mutateJson(whole, random),
			beside: beside("tokenizer.json", random),
			...{ engine, texts: TEXTS },
		};
		return endOf(input, tally, `${kind}, ${engine}`);
	});
});

test("files of other kinds that are changed anywhere do", async () => {
	expect(Object.keys(otherKinds).sort()).toEqual([...otherFiles].sort());
	const names = Object.keys(otherKinds);
	const count = casesOf({ daily: 50, share: 0.04 });
	await tryCases("other files", count, async (random, tally) => {
		const name = pick(names, random);
		const file = pick(otherKinds[name], random);
		const change = pick(
			[
				(file: Buffer) => mutateBytes(file, random, models),
				(file: Buffer) => mutateLines(file, random),
				(file: Buffer) => mutateText(file, random),
				...(name.endsWith(".json")
					? [(file: Buffer) => mutateJson(file, random)]
					: []),
			],
			random,
		);
		const input: Tokenizing = {
			file: change(file),
			beside: beside(name, random),
			...{ engine: "auto", texts: TEXTS },
		};
		return endOf(input, tally, name);
	});
});
