import { isUtf8 } from "node:buffer";
import { hasByteOrderMark } from "../bytes/utf8.js";

/** Bytes of a file that are looked at to tell what it is. */
export const HEAD_SIZE = 1 << 16;

/** What files begin with that are of no format and no compression. */
const OTHERS: readonly { what: string; begins: string }[] = [
	{ what: "a PDF document", begins: "%PDF-" },
	{ what: "a ZIP archive", begins: "PK\x03\x04" },
	{ what: "a 7-Zip archive", begins: "7z\xbc\xaf\x27\x1c" },
	{ what: "a RAR archive", begins: "Rar!\x1a\x07" },
	{ what: "a PNG image", begins: "\x89PNG" },
	{ what: "a JPEG image", begins: "\xff\xd8\xff" },
	{ what: "a SQLite database", begins: "SQLite format 3\0" },
	{ what: "an HDF5 file", begins: "\x89HDF\r\n" },
	{ what: "gzip data", begins: "\x1f\x8b" },
	{ what: "Zstandard data", begins: "\x28\xb5\x2f\xfd" },
	{ what: "xz data", begins: "\xfd7zXZ\0" },
	{ what: "bzip2 data", begins: "BZh" },
	{ what: "LZ4 data", begins: "\x04\x22\x4d\x18" },
	{ what: "an array of NumPy with its head", begins: "\x93NUMPY" },
	{ what: "a Parquet file", begins: "PAR1" },
	{ what: "an Arrow file", begins: "ARROW1" },
];

/** What a file that begins so seems to be; null where that cannot be told. */
export function seemsToBe(
	head: Buffer,
): { what: string; isText: boolean } | null {
	const start = head.toString("latin1", 0, 1024);
	const found = OTHERS.find(({ begins }) => start.startsWith(begins));
	if (found !== undefined) return { what: found.what, isText: false };
	if (/^\s*(<!doctype\s+html|<html)[\s>]/i.test(textOf(start, head)))
		return {
			what: "an HTML page, such as a server sends when it has no such file",
			isText: true,
		};
	return null;
}

function textOf(start: string, head: Buffer): string {
	return hasByteOrderMark(head) ? start.slice(3) : start;
}

/**
 * Whether what a file begins with is text: UTF-8 without a zero byte.
 * @param isWhole Whether it is all of the file; else its last character may be cut.
 */
export function isText(head: Buffer, isWhole: boolean): boolean {
	if (head.includes(0)) return false;
	return isUtf8(isWhole ? head : head.subarray(0, wholeCharacters(head)));
}

/** Bytes before a character that the end may have cut. */
function wholeCharacters(bytes: Buffer): number {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back];
		// What begins a character of several bytes, not what goes on with one.
		if (byte >= 0xc0) return bytes.length - back;
		if (byte < 0x80) return bytes.length;
	}
	return bytes.length;
}
