import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";

/** A flag of a command: `flag("mem", "2G")` is `--mem=2G`. */
export function flag(name: string, value?: string | number): string {
	return value === undefined ? `--${name}` : `--${name}=${value}`;
}

/** A word as a shell takes it for one. */
export function shellWord(text: string): string {
	return /^[\w.,:/@%+=-]+$/.test(text)
		? text
		: `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A text as the words that a shell makes of it, with quotation marks and backslashes;
 * nothing is expanded.
 * @throws UsageError `bad-option` where a quotation mark is not closed
 */
export function wordsOf(text: string): string[] {
	const words: string[] = [];
	let word: string | null = null;
	let quote = "";
	for (let at = 0; at < text.length; at++) {
		const character = text[at];
		const isEscape =
			character === "\\" &&
			(quote === "" || (quote === '"' && /["\\$`]/.test(text[at + 1] ?? "")));
		if (isEscape) word = (word ?? "") + (text[++at] ?? "");
		else if (quote !== "") {
			if (character === quote) quote = "";
			else word += character;
		} else if (character === "'" || character === '"') {
			quote = character;
			word ??= "";
		} else if (/\s/.test(character)) {
			if (word !== null) words.push(word);
			word = null;
		} else word = (word ?? "") + character;
	}
	if (quote !== "")
		throw new UsageError(
			"bad-option",
			`${quoted(text)} has a quotation mark that is not closed.`,
		);
	if (word !== null) words.push(word);
	return words;
}

/** The file of the command, for another process to run by Node. */
export function commandFile(): string {
	// Beside this file where the command is bundled, else where the build puts it.
	for (const place of ["./main.js", "../../bin/main.js"]) {
		const path = fileURLToPath(new URL(place, import.meta.url));
		if (existsSync(path)) return path;
	}
	throw new Error("the command of seqpack is not where it should be");
}
