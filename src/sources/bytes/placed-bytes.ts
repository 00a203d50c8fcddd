import { hasByteOrderMark } from "./utf8.js";

/** Bytes of a file, and where the first of them is in it. */
export interface PlacedBytes {
	bytes: Buffer;
	position: number;
}

/** The bytes of a file piece by piece, without the byte order mark that it may begin with. */
export async function* placedBytes(
	pieces: AsyncIterable<Buffer>,
): AsyncGenerator<PlacedBytes> {
	let position = 0;
	let head: Buffer[] | null = [];
	for await (const piece of pieces) {
		let bytes = piece;
		if (head !== null) {
			head.push(piece);
			bytes = head.length === 1 ? piece : Buffer.concat(head);
			if (bytes.length < 3) continue;
			head = null;
			if (hasByteOrderMark(bytes)) {
				bytes = bytes.subarray(3);
				position = 3;
			}
		}
		yield { bytes, position };
		position += bytes.length;
	}
	if (head !== null) yield { bytes: Buffer.concat(head), position };
}
