import { Charsmap } from "./charsmap.js";
import { endOfShortGrapheme, lengthens } from "./graphemes.js";
import { endOfCharacter, type ReadNormalizer } from "./normalizer.js";

/** What a UTF-16 unit may be: a rule begins with it, or only rules that go on with a mark; or a mark. */
const RULE = 1;
const MARKED = 2;
const MARK = 4;

/** Graphemes that begin with one of these go on with nothing but marks, less "\r\n". */
const isPlain = (point: number) => point < 0x300 && point !== 0x0d;

/**
 * The rules of a SentencePiece model, as the Rust library applies them: a grapheme of fewer than
 * six bytes is replaced whole by what the first rule that begins it writes, even where that is a rule of
 * its first character alone (huggingface/tokenizers#2334: "\r\n" and letters before a mark lose
 * the rest); else character by character.
 */
export const precompiled: ReadNormalizer = (component) => {
	const charsmap = new Charsmap(component);
	const beginnings = new Map<number, string | null>();
	const units = new Uint8Array(0x10000);
	charsmap.eachBeginning((point, text) => {
		beginnings.set(point, text);
		units[firstUnit(point)] |= text === null && isPlain(point) ? MARKED : RULE;
	});
	for (const unit of unitsOfMarks()) units[unit] |= MARK;
	let stops = "\\x80-\\uffff";
	for (let unit = 0; unit < 0x80; unit++)
		if (units[unit] & RULE) stops += `\\x${unit.toString(16).padStart(2, "0")}`;
	/** Where there may be something to do. Tables of all units are as fast, beyond ASCII. */
	const stop = new RegExp(`[${stops}]`, "g");

	const change = (text: string, begin: number): Change | null => {
		const point = text.codePointAt(begin) as number;
		const rule = beginnings.get(point);
		if (rule === undefined) return null;
		const end = endOfShortGrapheme(text, begin);
		if (end !== -1) {
			const whole = rule ?? charsmap.find(text.slice(begin, end));
			if (whole !== null) return { by: whole, end };
		}
		if (rule === null) return null;
		return { by: rule, end: begin + (point > 0xffff ? 2 : 1) };
	};

	/** The Rust library takes characters for each other one by one, and what is lost before the first is not counted. */
	const firstAfter = (text: string, first: number) => {
		const end = endOfCharacter(text, first);
		let taken = 0;
		let written = 0;
		let last = -1;
		/** What was written last: characters of the text that it is for, or none. */
		let held: { length: number; takes: number } | null = null;
		const isWithin = () => {
			if (held === null) return true;
			if (held.takes > 0 ? taken >= end : taken > end) return false;
			last = written;
			written += held.length;
			for (let i = 0; i < held.takes && taken < text.length; i++)
				taken = endOfCharacter(text, taken);
			return true;
		};
		for (let at = 0; at < text.length; ) {
			const changed = change(text, at);
			const until = changed?.end ?? endOfCharacter(text, at);
			const old = [...text.slice(at, until)];
			const by = changed === null ? old : [...changed.by];
			for (const [i, character] of by.entries()) {
				if (!isWithin()) return last;
				held = { length: character.length, takes: Number(i < old.length) };
			}
			if (held !== null) held.takes += Math.max(0, old.length - by.length);
			at = until;
		}
		isWithin();
		return last;
	};

	return {
		type: component.type,
		firstAfter,
		apply(text) {
			let written = "";
			let done = 0;
			stop.lastIndex = 0;
			while (stop.test(text)) {
				let at = stop.lastIndex - 1;
				for (; at < text.length; at++) {
					const unit = text.charCodeAt(at);
					const kind = units[unit];
					if ((kind & (RULE | MARK)) === 0) {
						if (unit < 0x80) break;
						continue;
					}
					let begin = at;
					let changed: Change | null = null;
					if (
						kind & MARK &&
						at > done &&
						units[text.charCodeAt(at - 1)] & MARKED
					)
						changed = change(text, --begin);
					if (changed === null && kind & RULE) {
						begin = at;
						changed = change(text, at);
					}
					if (changed === null) continue;
					written += text.slice(done, begin) + changed.by;
					done = changed.end;
					at = done - 1;
				}
				stop.lastIndex = at;
			}
			return done === 0 ? text : written + text.slice(done);
		},
	};
};

/** What a text is replaced by, and where that text ends. */
interface Change {
	by: string;
	end: number;
}

let marks: ReadonlySet<number> | null = null;

function unitsOfMarks(): ReadonlySet<number> {
	if (marks !== null) return marks;
	const units = new Set<number>();
	for (let point = 0x300; point < 0x110000; point++)
		if (lengthens(point)) units.add(firstUnit(point));
	marks = units;
	return units;
}

const firstUnit = (point: number) =>
	point > 0xffff ? 0xd7c0 + (point >> 10) : point;
