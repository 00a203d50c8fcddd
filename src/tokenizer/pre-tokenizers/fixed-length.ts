import type { Component } from "../component.js";
import { type PreTokenizer, takePart } from "./pre-tokenizer.js";

/** Cuts after each so many characters. */
export function readFixedLength(component: Component): PreTokenizer {
	const length = component.count("length", 5);
	if (length === 0)
		throw component.fault("length", "a whole number of at least 1");
	return {
		type: "FixedLength",
		split(text, first, take) {
			let begin = 0;
			let count = 0;
			for (let at = 0; at < text.length; ) {
				at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
				if (++count < length) continue;
				takePart(text, first, begin, at, take);
				begin = at;
				count = 0;
			}
			takePart(text, first, begin, text.length, take);
		},
	};
}
