import { beyondAscii, CharacterSet, pointsOf } from "./character-set.js";
import {
	endOfCharacter,
	type Normalizer,
	type ReadNormalizer,
} from "./normalizer.js";
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

/** The normalizer of a form. */
export const formOf =
	(
		form: Form,
		more: Pick<Normalizer, "kernel" | "byCharacter"> = {},
	): ReadNormalizer =>
	({ type }) => ({
		type,
		...more,
		apply: (text) => toForm(form, text),
		firstAfter: (text, first) => firstAfterForm(form, text, first),
	});

/** Marks may come between those of what is before, and the last of that may be composed with what follows. */
function firstAfterForm(form: Form, text: string, first: number): number {
	const end = endOfCharacter(text, first);
	const before = [...toForm(form, text.slice(0, end))];
	const ofLast = [...toForm(form, text.slice(Math.max(0, first), end))].length;
	const whole = toForm(form, text);
	// Nothing is removed: what comes first has the place of the first.
	let last = before.length > 0 ? 0 : -1;
	let at = 0;
	for (const [i, due] of before.entries()) {
		if (at >= whole.length) break;
		const character = String.fromCodePoint(whole.codePointAt(at) as number);
		if (baseOf(character) !== baseOf(due)) break;
		// What only came of the last one has the place of the mark that it is composed with.
		if (character !== due && i > 0 && i + ofLast !== before.length) break;
		last = at;
		at += character.length;
		if (character !== due) break;
	}
	return last;
}

const baseOf = (character: string) => character.normalize("NFD").codePointAt(0);
