// What SentencePiece does to a text, against a plain reading of its normalizer.cc.

import fc from "fast-check";
import { expect, test } from "vitest";
import { charsmapOf } from "./charsmaps.js";
import { ownNormalizer } from "./components.js";

interface Settings {
	rules: Map<string, string>;
	symbols: string[];
	addsPrefix: boolean;
	removes: boolean;
	escapes: boolean;
}

/** One place after the other, every rule tried at each. */
function normalized(text: string, settings: Settings): string {
	const { rules, symbols, addsPrefix, removes, escapes } = settings;
	const space = escapes ? "▁" : " ";
	const longest = (of: Iterable<string>, rest: string) =>
		[...of]
			.filter((key) => rest.startsWith(key))
			.sort((a, b) => b.length - a.length)[0];
	const parts: string[] = [];
	for (let rest = text; rest !== ""; ) {
		const symbol = longest(symbols, rest);
		const rule = longest(rules.keys(), rest);
		const found =
			symbol ?? rule ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
		parts.push(
			symbol ?? (rule === undefined ? found : (rules.get(rule) ?? "")),
		);
		rest = rest.slice(found.length);
	}
	if (removes) while (parts[0] === " ") parts.shift();
	if (parts.length === 0) return "";
	let written = addsPrefix ? space : "";
	let isAfterSpace = removes;
	for (const part of parts) {
		const kept = isAfterSpace ? part.replace(/^ +/, "") : part;
		if (kept === "") continue;
		written += kept.replaceAll(" ", space);
		isAfterSpace = removes && kept.endsWith(" ");
	}
	if (removes) while (written.endsWith(space)) written = written.slice(0, -1);
	return written;
}

const alphabet = [..." ab▁é漢\u0301\u0327\t😀𠀀"];
const texts = (most: number) =>
	fc
		.array(fc.constantFrom(...alphabet), { maxLength: most })
		.map((parts) => parts.join(""));
const keys = texts(3).filter((key) => key !== "");
const settings: fc.Arbitrary<Settings> = fc.record({
	rules: fc
		.array(fc.tuple(keys, texts(3)), { minLength: 1, maxLength: 8 })
		.map((pairs) => new Map(pairs)),
	symbols: fc.array(keys, { maxLength: 3 }),
	addsPrefix: fc.boolean(),
	removes: fc.boolean(),
	escapes: fc.boolean(),
});

const normalizerOf = (of: Settings) =>
	ownNormalizer(
		{
			type: "SentencePiece",
			precompiled_charsmap: charsmapOf(of.rules),
			user_defined: of.symbols,
			add_dummy_prefix: of.addsPrefix,
			remove_extra_whitespaces: of.removes,
			escape_whitespaces: of.escapes,
		},
		true,
	);

test("any rules and symbols, at any place", () => {
	fc.assert(
		fc.property(settings, fc.array(texts(12), { minLength: 5 }), (of, list) => {
			const own = normalizerOf(of);
			for (const text of list)
				expect(own.apply(text)).toBe(normalized(text, of));
		}),
		{ numRuns: 300 },
	);
});

test("what lies over the end of a window", () => {
	const of: Settings = {
		rules: new Map([
			["a\u0301", "á"],
			["😀a", " "],
			["\t", " "],
			["b", "bbbbbbbb"],
		]),
		symbols: ["ab ab", "▁▁"],
		addsPrefix: true,
		removes: true,
		escapes: true,
	};
	const own = normalizerOf(of);
	for (const tail of ["a\u0301 b", "😀a x", "ab ab", "\t \t a", "▁▁"])
		for (let count = 32762; count < 32770; count++) {
			const text = `${"c".repeat(count)}${tail}c`;
			expect(own.apply(text)).toBe(
				`▁${"c".repeat(count)}${normalized(`c${tail}c`, { ...of, addsPrefix: false }).slice(1)}`,
			);
		}
	const many = "ab ".repeat(30000);
	expect(own.apply(many)).toBe(
		"▁abbbbbbbb".repeat(30000).replaceAll("abbbbbbbb▁abbbbbbbb", "ab▁ab"),
	);
});
