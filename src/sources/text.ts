import { isUtf8 } from "node:buffer";
import { readBytes } from "./bytes.js";
import { BadInput, type SourceFormat } from "./source.js";

const NEWLINE = 10;
/** V8 cannot hold a longer string. */
const LONGEST = 2 ** 29 - 25;

/** Plain text: a file is a document; its id is its source. */
export const text: SourceFormat = {
	extensions: [".txt", ".text"],
	canCut: false,

	async *read(file, _span, options) {
		const { counts } = options;
		counts.records++;
		counts.lines = 0;
		const pieces: Buffer[] = [];
		let length = 0;
		try {
			for await (const piece of readBytes(options.storage, file, 0, counts)) {
				pieces.push(piece);
				length += piece.length;
				if (length > LONGEST)
					throw new BadInput(
						"too-long",
						`the file has more than the ${LONGEST} bytes that one document can have. Split it, or write it as JSON Lines`,
					);
			}
			const bytes = Buffer.concat(pieces, length);
			if (!isUtf8(bytes)) {
				counts.lines = lineOfBadByte(bytes) - 1;
				throw new BadInput(
					"invalid-utf8",
					"the line is not valid UTF-8. Convert the file to UTF-8 (for example with iconv), or pass --on-error skip",
				);
			}
			const mark = bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf));
			yield {
				texts: [bytes.toString("utf8", mark ? 3 : 0)],
				ids: [file.source],
				positions: [0],
				lines: [1],
			};
		} catch (error) {
			if (!(error instanceof BadInput)) throw error;
			await options.onBadRecord({
				reason: error.reason,
				position: 0,
				line: counts.lines + 1,
				sentence: error.message,
			});
		}
	},
};

/** The first line that is not UTF-8, from 1; a newline is never inside a character. */
function lineOfBadByte(bytes: Buffer): number {
	let line = 1;
	for (let start = 0; start < bytes.length; line++) {
		const newline = bytes.indexOf(NEWLINE, start);
		const end = newline === -1 ? bytes.length : newline;
		if (!isUtf8(bytes.subarray(start, end))) return line;
		start = end + 1;
	}
	return line;
}
