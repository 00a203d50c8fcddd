import { Int32Buffer } from "../core/buffers.js";

const LF = 10;
const CR = 13;

/** Where the lines of a text begin, in bytes: each has its ending, LF, CR LF or CR. */
export function lineStarts(text: Uint8Array): Int32Array {
	const starts = new Int32Buffer(64);
	if (text.length > 0) starts.push(0);
	for (let at = 0; at + 1 < text.length; at++)
		if (text[at] === LF || (text[at] === CR && text[at + 1] !== LF))
			starts.push(at + 1);
	return starts.view();
}
