import { scriptNames, scriptRanges } from "./old-unicode.js";

/** The script of a space, and of code points that have none. */
export const ANY_SCRIPT = -1;
const PROLONGED_SOUND = 0x30fc;

interface Scripts {
	/** Ascending borders of ranges of one script. */
	borders: Int32Array;
	/** The script from each border on. */
	scripts: Int16Array;
}

let table: Scripts | null = null;

/** The number of a code point's script; Han, Hiragana and Katakana have one. */
export function scriptOf(point: number): number {
	if (point === 0x20) return ANY_SCRIPT;
	table ??= makeTable();
	const { borders, scripts } = table;
	let low = 0;
	let high = borders.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (borders[middle] <= point) low = middle + 1;
		else high = middle;
	}
	return scripts[low - 1];
}

function makeTable(): Scripts {
	const han = scriptNames.indexOf("Han");
	const isHan = (script: string) =>
		script === "Hiragana" || script === "Katakana";
	const borders = [0];
	const scripts = [ANY_SCRIPT];
	const add = (begin: number, script: number) => {
		if (borders.at(-1) === begin) scripts[scripts.length - 1] = script;
		else {
			borders.push(begin);
			scripts.push(script);
		}
	};
	let end = 0;
	for (const range of scriptRanges.split(",")) {
		const [distance, length, number] = range
			.split(" ")
			.map((n) => Number.parseInt(n, 36));
		const begin = end + distance;
		end = begin + length;
		const script = isHan(scriptNames[number]) ? han : number;
		add(begin, script);
		if (begin <= PROLONGED_SOUND && PROLONGED_SOUND < end) {
			add(PROLONGED_SOUND, han);
			add(PROLONGED_SOUND + 1, script);
		}
		add(end, ANY_SCRIPT);
	}
	return {
		borders: Int32Array.from(borders),
		scripts: Int16Array.from(scripts),
	};
}
