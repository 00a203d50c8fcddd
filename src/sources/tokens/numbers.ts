import type { ReadableStorage } from "../source.js";

/**
 * Numbers that stand one after the other in a file, the least significant byte first.
 * Fewer where the file ends.
 * @param position Of the first one's first byte.
 */
export async function readNumbers(
	storage: ReadableStorage,
	path: string,
	position: number,
	count: number,
	type: "int32" | "int64",
): Promise<number[]> {
	const width = type === "int32" ? 4 : 8;
	const bytes = await readExactly(storage, path, position, count * width);
	return Array.from({ length: Math.floor(bytes.length / width) }, (_, i) =>
		type === "int32"
			? bytes.readInt32LE(width * i)
			: Number(bytes.readBigInt64LE(width * i)),
	);
}

/** Bytes of a file, fewer where it ends. */
export async function readExactly(
	storage: ReadableStorage,
	path: string,
	position: number,
	length: number,
): Promise<Buffer> {
	const file = await storage.open(path);
	try {
		const pieces: Buffer[] = [];
		for (let read = 0; read < length; ) {
			const piece = await file.read(position + read, length - read);
			if (piece.length === 0) break;
			pieces.push(piece);
			read += piece.length;
		}
		return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
	} finally {
		await file.close();
	}
}
