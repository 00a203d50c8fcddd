import { changeBeyondAscii, classOf } from "./character-class.js";
import { unassignedInUnicode9 } from "./unicode-tables.js";

export type Form = "NFC" | "NFD" | "NFKC" | "NFKD";

let newer: RegExp | null = null;

/**
 * A normalization form as the Rust library does it, whose tables are those of Unicode 9: code
 * points that came later stay as they are, and nothing is reordered or composed across them.
 */
export function toForm(form: Form, text: string): string {
	return changeBeyondAscii(text, (part) => {
		newer ??= new RegExp(`([${classOf(unassignedInUnicode9)}]+)`, "v");
		if (!newer.test(part)) return part.normalize(form);
		return part
			.split(newer)
			.map((old, i) => (i % 2 === 0 ? old.normalize(form) : old))
			.join("");
	});
}
