import { Int32Buffer } from "../core/buffers.js";
import { optionName, UsageError } from "../core/errors.js";
import { quoted } from "../core/text.js";
import { findMatches } from "../tokenizer/patterns/find-matches.js";
import { PatternError } from "../tokenizer/patterns/pattern-error.js";
import type { UnitFinder } from "./unit-kind.js";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A finder of units that begin at each match of a regular expression, which is read as
 * Oniguruma does: `^` is the beginning of a line. Its time is linear in the text.
 * @throws UsageError `bad-option`
 */
export function matchFinder(regex: string): UnitFinder {
	const matches = matchesOf(regex);
	return (text) => {
		const starts = new Int32Buffer(64);
		if (text.length > 0) starts.push(0);
		const string = decoder.decode(text);
		let unit = 0;
		let bytes = 0;
		for (const [start] of matches(string)) {
			for (; unit < start; unit++) bytes += bytesOf(string.charCodeAt(unit));
			if (bytes > starts.array[starts.length - 1] && bytes < text.length)
				starts.push(bytes);
		}
		return starts.view();
	};
}

function matchesOf(regex: string): ReturnType<typeof findMatches> {
	try {
		return findMatches({ regex });
	} catch (error) {
		if (!(error instanceof PatternError)) throw error;
		throw new UsageError(
			"bad-option",
			`${optionName("segment")} has the pattern ${quoted(regex)}, which cannot be used: it ${error.message}.`,
		);
	}
}

/** Bytes of a UTF-16 unit in UTF-8, where the halves of a pair have two each. */
function bytesOf(code: number): number {
	if (code < 0x80) return 1;
	return code < 0x800 || (code & 0xf800) === 0xd800 ? 2 : 3;
}
