import { lowercaseOfUnicode17 } from "./unicode-tables.js";

/**
 * Scripts whose capital letters are the same in every Unicode that a JavaScript of today has,
 * and those without; less U+03A3, which JavaScript writes in two ways.
 */
const SETTLED =
	"\\0-\\u03a2\\u03a4-\\u052f\\u0590-\\u109f\\u1100-\\u139f\\u1400-\\u1c7f\\u1e00-\\u20ff\\u2200-\\u24ff\\u2e00-\\ua63f\\uac00-\\ufeff\\uff21-\\uff3a\\u{1f000}-\\u{3ffff}";

let unsettled: RegExp | null = null;

/** Lower case as the Rust library does it: letter by letter, by Unicode 17. */
export function toLowerCase(text: string): string {
	unsettled ??= new RegExp(`[^${SETTLED}]`, "v");
	return unsettled.test(text) ? byTable(text) : text.toLowerCase();
}

let table: ReadonlyMap<number, number> | null = null;

function byTable(text: string): string {
	table ??= readTable();
	let lower = "";
	let done = 0;
	for (let i = 0; i < text.length; i++) {
		const at = i;
		const point = text.codePointAt(i) as number;
		if (point > 0xffff) i++;
		const other = table.get(point);
		if (other === undefined) continue;
		lower += text.slice(done, at) + String.fromCodePoint(other);
		// The one letter that becomes two.
		if (point === 0x130) lower += "\u0307";
		done = i + 1;
	}
	return lower + text.slice(done);
}

function readTable(): Map<number, number> {
	const letters = new Map<number, number>();
	const numbers = lowercaseOfUnicode17
		.split(" ")
		.map((n) => Number.parseInt(n, 36));
	let end = 0;
	for (let i = 0; i < numbers.length; i += 4) {
		const [gap, count, step, by] = numbers.slice(i, i + 4);
		const begin = end + gap;
		for (let k = 0; k < count; k++)
			letters.set(begin + k * step, begin + k * step + by);
		end = begin + (count - 1) * step + 1;
	}
	return letters;
}
