import { type PreTokenizer, takePart } from "./pre-tokenizer.js";
import { ANY_SCRIPT, scriptOf } from "./scripts.js";

/** Cuts where the script changes; a space is of any. Han, Hiragana and Katakana are one. */
export function readUnicodeScripts(): PreTokenizer {
	return {
		type: "UnicodeScripts",
		split(text, first, take) {
			let begin = -1;
			let last: number | null = null;
			for (let at = 0; at < text.length; ) {
				const point = text.codePointAt(at) as number;
				const script = scriptOf(point);
				if (script !== ANY_SCRIPT) {
					if (script !== last) {
						// What comes before the first of a script is dropped.
						if (begin !== -1) takePart(text, first, begin, at, take);
						begin = at;
					}
					last = script;
				}
				at += point > 0xffff ? 2 : 1;
			}
			if (begin !== -1) takePart(text, first, begin, text.length, take);
		},
	};
}
