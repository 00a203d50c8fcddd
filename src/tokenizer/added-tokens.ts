import type { AddedTokenJson } from "./tokenizer-json.js";

/**
 * Finds added tokens in a text: the leftmost, and of those that begin at one
 * place the longest, as the Rust library does.
 */
export class AddedTokenFinder {
	readonly #ids = new Map<string, number>();
	readonly #pattern: RegExp | null;

	constructor(tokens: readonly AddedTokenJson[]) {
		const contents: string[] = [];
		for (const { content, id } of tokens) {
			if (content === "") continue;
			this.#ids.set(content, id);
			contents.push(content);
		}
		contents.sort((a, b) => b.length - a.length);
		const escaped = contents.map((content) =>
			content.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"),
		);
		this.#pattern =
			contents.length === 0 ? null : new RegExp(escaped.join("|"), "g");
	}

	/** Calls back for each stretch of plain text and each added token, in order. */
	split(
		text: string,
		onText: (text: string) => void,
		onToken: (id: number) => void,
	): void {
		let start = 0;
		if (this.#pattern !== null) {
			for (const match of text.matchAll(this.#pattern)) {
				if (match.index > start) onText(text.slice(start, match.index));
				onToken(this.#ids.get(match[0]) as number);
				start = match.index + match[0].length;
			}
		}
		if (start < text.length) onText(start === 0 ? text : text.slice(start));
	}
}
