import { beyondAscii, CharacterSet, pointsOf } from "./character-set.js";
import { unassignedInUnicode9 } from "./unicode-tables.js";

export type Form = "NFC" | "NFD" | "NFKC" | "NFKD";

let newer: CharacterSet | null = null;

/**
 * A normalization form as the Rust library does it, whose tables are those of Unicode 9: code
 * points that came later stay as they are, and nothing is reordered or composed across them.
 */
export function toForm(form: Form, text: string): string {
	if (beyondAscii(text, 0) === -1) return text;
	newer ??= new CharacterSet(pointsOf(unassignedInUnicode9));
	let normal = "";
	let done = 0;
	for (let at = newer.find(text); at !== -1; at = newer.find(text, done)) {
		const end = at + ((text.codePointAt(at) as number) > 0xffff ? 2 : 1);
		normal += text.slice(done, at).normalize(form) + text.slice(at, end);
		done = end;
	}
	return normal + text.slice(done).normalize(form);
}
