import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Int32Buffer } from "../../src/core/buffers.js";
import { UsageError } from "../../src/core/errors.js";
import { loadTokenizer } from "../../src/storage/load-tokenizer.js";
import { createKmerTokenizer } from "../../src/tokenizer/kmer.js";
import {
	namedTokenizers,
	tokenizerByName,
	withSettings,
} from "../../src/tokenizer/named-tokenizers.js";
import { directoryWith } from "../helpers.js";

const dna = (k: number, least = 0) =>
	fc
		.array(
			fc.string({
				unit: fc.constantFrom(..."ACGT"),
				minLength: k,
				maxLength: k,
			}),
			{ minLength: least, maxLength: 30 },
		)
		.map((words) => words.join(""));
const sizes = fc.integer({ min: 1, max: 12 });
const kmer = (k: number, more = {}) => createKmerTokenizer({ k, ...more });

const all = namedTokenizers.entries();

describe.each(
	all.filter(([, { example }]) => !tokenizerByName(example).takesIds),
)("%s", (_, { example }) => {
	const tokenizer = tokenizerByName(example);

	test("encodes strings and UTF-8 alike, below its vocabulary", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				const ids = tokenizer.encode(text);
				const out = new Int32Buffer(1);
				tokenizer.encodeUtf8Into(new TextEncoder().encode(text), out);
				expect([...out.view()]).toEqual([...ids]);
				for (const id of ids) expect(id).toBeLessThan(tokenizer.vocabSize);
			}),
		);
	});

	test("has its special tokens where it says", () => {
		for (const special of [tokenizer.bos, tokenizer.eos]) {
			expect(special).not.toBeNull();
			if (special === null) continue;
			expect(tokenizer.tokenToId(special.token)).toBe(special.id);
			expect(tokenizer.decode([special.id])).toBe(special.token);
		}
		for (const id of [-1, tokenizer.vocabSize, 0.5])
			expect(() => tokenizer.decode([id])).toThrow(/is not in the vocabulary/);
	});
});

describe.each(all)("%s", (_, { example, argument }) => {
	test("is refused with what it cannot use", async () => {
		const [name] = example.split(":");
		for (const text of [
			argument === null ? `${name}:6` : name,
			`${name}:`,
			`${name}:0`,
			`${name}:x`,
			`${example},what=6`,
		])
			expect(() => tokenizerByName(text), text).toThrow(UsageError);
		await expect(loadTokenizer(example, "huggingface")).rejects.toThrow(
			/tokenizerEngine would change nothing: the tokenizer .* needs no file/,
		);
	});
});

describe("bytes", () => {
	const bytes = tokenizerByName("bytes");

	test("are those of UTF-8, and make the text again", () => {
		fc.assert(
			fc.property(fc.string({ unit: "grapheme" }), (text) => {
				const ids = bytes.encode(text);
				expect([...ids]).toEqual([...Buffer.from(text)]);
				expect(bytes.decode(ids)).toBe(text);
			}),
		);
		expect(bytes.vocabSize).toBe(259);
	});

	test("are parted by special tokens", () => {
		expect(bytes.decode([256, 0xc3, 0xa9, 257, 258, 0x41])).toBe(
			"<bos>é<eos><pad>A",
		);
	});
});

describe("ids", () => {
	const ids = tokenizerByName("ids:1000");

	test("are what int32 hold, and digits as strings", () => {
		fc.assert(
			fc.property(fc.array(fc.nat(999)), (numbers) => {
				const bytes = new Uint8Array(Int32Array.from(numbers).buffer);
				const out = new Int32Buffer(1);
				// At a place that no int32 can begin at, too.
				const moved = new Uint8Array(bytes.length + 1);
				moved.set(bytes, 1);
				ids.encodeUtf8Into(bytes, out);
				ids.encodeUtf8Into(moved.subarray(1), out);
				expect([...out.view()]).toEqual([...numbers, ...numbers]);
				expect(ids.decode(numbers)).toBe(numbers.join(" "));
				expect([...ids.encode(numbers.join(" "))]).toEqual(numbers);
				expect([...(ids.tokenEnds(bytes, out.view()) ?? [])][0]).toBe(
					numbers.length === 0 ? undefined : 4,
				);
			}),
		);
	});

	test("are called by their digits, as far as there are any", () => {
		expect(ids.tokenToId("999")).toBe(999);
		for (const token of ["1000", "-1", "a", "1.5", ""])
			expect(ids.tokenToId(token)).toBeUndefined();
		expect(() => ids.encode("1 1000")).toThrow(/id 1000 is not in the/);
	});
});

describe("k-mers", () => {
	test("make the text again where its length is a multiple of k", () => {
		fc.assert(
			fc.property(
				sizes.chain((k) => fc.tuple(fc.constant(k), dna(k))),
				([k, text]) => {
					const ids = kmer(k).encode(text);
					expect(ids).toHaveLength(text.length / k);
					expect(kmer(k).decode(ids)).toBe(text);
				},
			),
		);
	});

	test.each([1, 2, 6])("of %i bases have each id once", (k) => {
		const tokenizer = kmer(k);
		expect(tokenizer.vocabSize).toBe(4 ** k + 32);
		// All words, made by counting with the bases in another order.
		const words = Array.from({ length: 4 ** k }, (_, i) =>
			i
				.toString(4)
				.padStart(k, "0")
				.replace(/./g, (digit) => "GTCA"[+digit]),
		);
		const ids = tokenizer.encode(words.join(""));
		expect([...ids].sort((a, b) => a - b)).toEqual(words.map((_, i) => 32 + i));
		expect(words.map((word) => tokenizer.tokenToId(word))).toEqual([...ids]);
	});

	test("count with the digits A, T, C, G after 32 special tokens", () => {
		expect([...kmer(2).encode("AAATACAGTAGG")]).toEqual([
			32, 33, 34, 35, 36, 47,
		]);
		expect(kmer(6).vocabSize).toBe(4_128);
		expect(kmer(6).decode([0, 1, 2, 3, 4])).toBe("<oov><s></s><pad><mask>");
	});

	test("of a phase are those of the text from there on", () => {
		fc.assert(
			fc.property(
				sizes.chain((k) =>
					fc.tuple(
						fc.constant(k),
						fc.integer({ min: 0, max: k - 1 }),
						fc.string({ unit: fc.constantFrom(..."ACGTN") }),
						fc.constantFrom("oov", "pad-a", "truncate-right", "truncate-left"),
					),
				),
				([k, phase, text, rest]) => {
					const settings = { rest: rest as "oov" };
					expect([...kmer(k, { ...settings, phase }).encode(text)]).toEqual([
						...kmer(k, settings).encode(text.slice(phase)),
					]);
				},
			),
		);
	});

	test("do with a rest what is asked for", () => {
		const encoded = (rest: string, text: string) =>
			kmer(6).decode(kmer(6, { rest }).encode(text));
		for (const [rest, text] of [
			["oov", "ACGTAC<oov>"],
			["pad-a", "ACGTACGTAAAA"],
			["truncate-right", "ACGTAC"],
			["truncate-left", "GTACGT"],
		])
			expect(encoded(rest, "ACGTACGT")).toBe(text);
		expect(encoded("pad-a", "ACGTACGN")).toBe("ACGTAC<oov>");
		for (const rest of ["truncate-right", "truncate-left"])
			expect(encoded(rest, "ACGTA")).toBe("");
	});

	test("are <oov> with what is no base, take small letters, and pass over ends of lines", () => {
		const text = (given: string) => kmer(3).decode(kmer(3).encode(given));
		expect(text("acgTNAcgt")).toBe("ACG<oov>CGT");
		expect(text("ACRYACGGU-.*")).toBe("<oov>".repeat(4));
		expect(text("AC\r\nG TA\tC\n")).toBe("ACGTAC");
		expect(text("")).toBe("");
	});

	test("have a drawn phase that the seed and the text decide, and each about as often", () => {
		const texts = Array.from({ length: 600 }, (_, i) =>
			[...String(i)]
				.map((digit) => "ACGTACGTAC"[+digit])
				.join("")
				.repeat(2 + i),
		);
		const tokenizer = kmer(6, { phaseSeed: 7 });
		const counts = new Array(6).fill(0);
		for (const text of texts) {
			const ids = [...tokenizer.encode(text)];
			expect([...kmer(6, { phaseSeed: 7 }).encode(text)]).toEqual(ids);
			const phase = [0, 1, 2, 3, 4, 5].find(
				(phase) => String([...kmer(6, { phase }).encode(text)]) === String(ids),
			);
			expect(phase).toBeDefined();
			counts[phase ?? 0]++;
		}
		// The first of several phases that fit is counted.
		for (const count of counts) expect(count).toBeGreaterThan(40);
		expect(
			texts.some(
				(text) =>
					String([...kmer(6, { phaseSeed: 8 }).encode(text)]) !==
					String([...tokenizer.encode(text)]),
			),
		).toBe(true);
	});

	test.each([
		[{ k: 0 }],
		[{ k: 13 }],
		[{ k: 6, phase: 6 }],
		[{ k: 6, rest: "pad-c" }],
		[{ k: 6, phase: 1, phaseSeed: 1 }],
	])("are refused with %j", (settings) => {
		expect(() => createKmerTokenizer(settings as { k: number })).toThrow(
			UsageError,
		);
	});
});

test("settings become part of a name, which says all", () => {
	const name = withSettings("kmer:4", { kmerRest: "pad-a", kmerPhase: 2 });
	expect(name).toBe("kmer:4,rest=pad-a,phase=2");
	expect([...tokenizerByName(name).encode("CCACGTA")]).toEqual([
		...kmer(4).encode("ACGTAAAA"),
	]);
	expect(() => withSettings("bytes", { kmerRest: "oov" })).toThrow(
		/kmerRest would change nothing: it is for the tokenizer kmer/,
	);
});

test("a file of the same name is meant before a name", async () => {
	const { cwd, chdir } = process;
	const before = cwd();
	chdir(directoryWith({ bytes: "{", "kmer:6": "{" }));
	try {
		for (const name of ["bytes", "kmer:6"])
			await expect(loadTokenizer(name)).rejects.toThrow(/is not a usable/);
	} finally {
		chdir(before);
	}
	expect((await loadTokenizer("bytes")).engine).toBe("bytes");
	await expect(loadTokenizer("byte")).rejects.toThrow(
		/the name of one that needs no file: bytes, kmer:6/,
	);
});
