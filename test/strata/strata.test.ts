import fc from "fast-check";
import { countWords, parseStrata, stratify, stratumOf } from "seqpack";
import { describe, expect, test } from "vitest";

/** The nine of Ruler (config.py). */
const ruler =
	"10:5-15,30:25-35,50:45-55,80:75-85,150:135-155,300:295-305,500:495-505,700:695-705,>800:800-";

describe("strata", () => {
	test.each([
		[5, null],
		[6, "10"],
		[15, "10"],
		[16, null],
		[135, null],
		[136, "150"],
		[155, "150"],
		[800, null],
		[801, ">800"],
		[1e9, ">800"],
	])("of Ruler: %i words are of %s", (length, name) => {
		const strata = parseStrata(ruler);
		expect(strata[stratumOf(length, strata)]?.name ?? null).toBe(name);
	});

	test("may have no lower end, so that nothing is of them, too", () => {
		const strata = parseStrata("short:-3,a:b:3-4");
		expect([0, 3, 4, 5].map((length) => stratumOf(length, strata))).toEqual([
			0, 0, 1, -1,
		]);
		expect(strata.map(({ name }) => name)).toEqual(["short", "a:b"]);
	});

	test.each([
		["10:5-15,20:14-30", /10 and 20 overlap: both have the length 15/],
		["late:9-,early:3-10", /early and late overlap: both have the length 10/],
		["all:-,one:0-1", /all and one overlap/],
		["10:5-15,10:20-30", /10 is there twice/],
		["10:15-15", /no length is in 10/],
		["10:15-5", /no length is in 10/],
		["10=5-15", /"10=5-15" is no name and range/],
		["5-15", /"5-15" is no name and range/],
		[" , ", /it names none/],
	])("%s is refused", (written, message) => {
		expect(() => parseStrata(written)).toThrow(message);
	});

	test("that meet do not overlap", () => {
		expect(parseStrata("train:0-20 test:20-100")).toHaveLength(2);
	});
});

describe("drawing", () => {
	test("takes a number of each stratum, or all, and nothing of none", () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 200 }),
				fc.integer({ min: 1, max: 20 }),
				fc.integer({ min: 0 }),
				(lengths, perStratum, seed) => {
					const strata = parseStrata("a:5-15,b:15-20,c:30-");
					const { stratum, drawn } = stratify(lengths, strata, {
						perStratum,
						seed,
					});
					const members = [0, 0, 0];
					for (const length of lengths) {
						if (length > 5 && length <= 15) members[0]++;
						if (length > 15 && length <= 20) members[1]++;
						if (length > 30) members[2]++;
					}
					const counts = [0, 0, 0];
					for (const i of drawn) counts[stratum[i]]++;
					expect(counts).toEqual(
						members.map((count) => Math.min(count, perStratum)),
					);
					expect(new Set(drawn).size).toBe(drawn.length);
				},
			),
		);
	});

	test("draws each alike often", () => {
		const strata = parseStrata("a:0-10");
		const lengths = new Int32Array(10).fill(5);
		const counts = new Int32Array(10);
		for (let seed = 0; seed < 2000; seed++)
			for (const i of stratify(lengths, strata, { perStratum: 3, seed }).drawn)
				counts[i]++;
		// 600 of each are due; the deviation is 20.
		for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(90);
	});
});

describe("words", () => {
	// Counted by len(re.findall(r"\w+", text)) in Python 3.11.
	test.each([
		["", 0],
		["one two_three 4.5", 4],
		["don't", 2],
		["Übergröße ... straße", 2],
		["日本語の 文字", 2],
		["नमस्ते", 2],
		["e\u0301a", 2],
		["½ ² Ⅷ 𝟙", 4],
		["a\u{1F600}b", 2],
	])("of %j: %i", (text, count) => {
		expect(countWords(text)).toBe(count);
	});

	test("are those of the expression, in any text", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), (text) => {
				expect(countWords(text)).toBe(
					text.toWellFormed().match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
				);
			}),
		);
	});
});
