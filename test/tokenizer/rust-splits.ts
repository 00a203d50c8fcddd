import { Tokenizer as Rust } from "tokenizers";

/** The pieces that the Rust library's pre-tokenizer gives. */
export function rustSplitter(
	preTokenizer: unknown,
): (text: string) => string[] {
	const tokenizer = Rust.fromString(
		JSON.stringify({
			version: "1.0",
			added_tokens: [],
			pre_tokenizer: preTokenizer,
			model: { type: "WordLevel", vocab: { a: 0 }, unk_token: "a" },
		}),
	);
	const splitter = tokenizer.getPreTokenizer();
	if (splitter === null) throw new Error("it has a pre-tokenizer");
	return (text) => splitter.preTokenizeString(text).map(([piece]) => piece);
}

/** Code points in texts of some thousands, without those of surrogates and planes that are empty. */
export function* allCharacters(from: number, step: number): Generator<string> {
	let text = "";
	for (let point = from; point < 0xe0200; point += step) {
		if (point >= 0xd800 && point < 0xe000) continue;
		if (point >= 0x33800 && point < 0xe0000) continue;
		text += `${String.fromCodePoint(point)}a${String.fromCodePoint(point)} `;
		if (text.length < 8000) continue;
		yield text;
		text = "";
	}
	if (text !== "") yield text;
}
