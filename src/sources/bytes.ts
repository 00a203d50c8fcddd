import { compressions } from "./compressions.js";
import type { InputFile, ReadableStorage } from "./source.js";

/** Bytes of a piece that was decompressed. */
const INFLATED_SIZE = 1 << 20;

/**
 * The uncompressed bytes of a file from `start` on, piece by piece; each piece is the
 * caller's to keep. A compressed file is read from its beginning.
 * @throws BadInput when a compressed file is cut short or damaged; all that could be
 * read was given before.
 */
export async function* readBytes(
	storage: ReadableStorage,
	{ path, compression }: InputFile,
	start = 0,
): AsyncGenerator<Buffer> {
	if (compression === null) {
		yield* readPieces(storage, path, start, storage.readSize);
		return;
	}
	const { decompress, readSize } = compressions.find(compression);
	const raw = readPieces(
		storage,
		path,
		0,
		Math.min(storage.readSize, readSize),
	);
	yield* decompress(raw, INFLATED_SIZE);
}

async function* readPieces(
	storage: ReadableStorage,
	path: string,
	start: number,
	size: number,
): AsyncGenerator<Buffer> {
	const file = await storage.open(path);
	try {
		for (let position = start; ; ) {
			const piece = await file.read(position, size);
			if (piece.length === 0) return;
			position += piece.length;
			yield piece;
		}
	} finally {
		await file.close();
	}
}
