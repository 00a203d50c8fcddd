import { eachRange } from "../tokenizer/unicode-tables.js";
import { sentenceBreak } from "./sentence-table.js";

/** What a code point is to the rules of sentences (UAX #29); 0 is any other. */
export const SentenceClass = {
	Other: 0,
	CR: 1,
	LF: 2,
	Sep: 3,
	Extend: 4,
	Format: 5,
	Sp: 6,
	Lower: 7,
	Upper: 8,
	OLetter: 9,
	Numeric: 10,
	ATerm: 11,
	SContinue: 12,
	STerm: 13,
	Close: 14,
} as const;

const C = SentenceClass;

const BLOCK = 64;
const LAST = 0x110000;

/** The block of each 64 code points: blocks that are alike are one. */
const blocks = new Uint16Array(LAST / BLOCK);
/** The classes of the code points of the blocks. */
const classes = new Uint8Array(classesOfBlocks());

/** Whether a sentence may end after a code point of a block. */
const endsIn = new Uint8Array(classes.length / BLOCK);
classes.forEach((of, i) => {
	if (isEnd(of)) endsIn[Math.floor(i / BLOCK)] = 1;
});

/** Whether a sentence may end after the byte, or a character that it begins. */
export const mayEnd = new Uint8Array(256);
for (let byte = 0; byte < 0x80; byte++) mayEnd[byte] = Number(isEndAt(byte));
for (let point = 0x80; point < LAST; point += BLOCK)
	if (endsIn[blocks[point / BLOCK]] === 1) mayEnd[firstByte(point)] = 1;

/** The class of a code point. */
export function sentenceClass(point: number): number {
	return classes[blocks[point >> 6] * BLOCK + (point & 63)];
}

/** Whether the character that two bytes of UTF-8 begin may end a sentence. */
export function mayEndHere(first: number, second: number): boolean {
	if (first >= 0xf0) return true;
	const point =
		first < 0xe0
			? ((first & 31) << 6) | (second & 63)
			: ((first & 15) << 12) | ((second & 63) << 6);
	return first < 0xe0 ? isEndAt(point) : endsIn[blocks[point >> 6]] === 1;
}

function isEndAt(point: number): boolean {
	return isEnd(sentenceClass(point));
}

function isEnd(of: number): boolean {
	return (
		of === C.ATerm ||
		of === C.STerm ||
		of === C.CR ||
		of === C.LF ||
		of === C.Sep
	);
}

/** The byte that a code point begins with in UTF-8. */
function firstByte(point: number): number {
	if (point < 0x800) return 0xc0 | (point >> 6);
	return point < 0x10000 ? 0xe0 | (point >> 12) : 0xf0 | (point >> 18);
}

/** Fills `blocks`, and returns the classes of all different ones. */
function classesOfBlocks(): number[] {
	const all = new Uint8Array(LAST);
	for (const [name, set] of Object.entries(sentenceBreak))
		eachRange(set, (begin, end) =>
			all.fill(C[name as keyof typeof sentenceBreak], begin, end),
		);
	const known = new Map<string, number>();
	const out: number[] = [];
	for (let block = 0; block < blocks.length; block++) {
		const own = all.subarray(block * BLOCK, (block + 1) * BLOCK);
		const key = own.join();
		let number = known.get(key);
		if (number === undefined) {
			number = known.size;
			known.set(key, number);
			out.push(...own);
		}
		blocks[block] = number;
	}
	return out;
}
