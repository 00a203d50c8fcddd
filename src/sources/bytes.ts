import { createGunzip } from "node:zlib";
import type { Storage } from "../storage/storage.js";
import { BadInput, type InputFile, type ReadCounts } from "./source.js";

const INFLATED_SIZE = 1 << 20;
const GZIP_READ_SIZE = 1 << 18;

/**
 * The uncompressed bytes of a file from `start` on, piece by piece; each piece
 * is the caller's to keep.
 * @throws BadInput when a gzip file is cut short or damaged; all that could be
 * read was given before.
 */
export async function* readBytes(
	storage: Storage,
	file: InputFile,
	start: number,
	counts: ReadCounts,
): AsyncGenerator<Buffer> {
	if (file.compression === "gzip") yield* gunzip(storage, file, counts);
	else yield* readRaw(storage, file.path, start, storage.readSize, counts);
}

async function* readRaw(
	storage: Storage,
	path: string,
	start: number,
	size: number,
	counts: ReadCounts,
): AsyncGenerator<Buffer> {
	const file = await storage.open(path);
	try {
		for (let position = start; ; ) {
			const chunk = await file.read(position, size);
			if (chunk.length === 0) return;
			position += chunk.length;
			counts.bytes += chunk.length;
			yield chunk;
		}
	} finally {
		await file.close();
	}
}

/**
 * Drives zlib one piece at a time, so that memory is bounded and what comes out
 * before an error does not depend on timing.
 */
async function* gunzip(
	storage: Storage,
	file: InputFile,
	counts: ReadCounts,
): AsyncGenerator<Buffer> {
	const inflate = createGunzip({ chunkSize: INFLATED_SIZE });
	let ready: Buffer[] = [];
	let failure: NodeJS.ErrnoException | null = null;
	inflate.on("data", (piece: Buffer) => ready.push(piece));
	inflate.on("error", (error) => {
		failure = error;
	});
	const closed = new Promise<void>((resolve) => inflate.on("close", resolve));
	const take = () => {
		const pieces = ready;
		ready = [];
		return pieces;
	};
	try {
		for await (const raw of readRaw(
			storage,
			file.path,
			0,
			Math.min(storage.readSize, GZIP_READ_SIZE),
			counts,
		)) {
			// After an error zlib closes, and never says that it has taken the piece.
			const taken = new Promise<void>((resolve) => {
				inflate.write(raw, () => resolve());
			});
			await Promise.race([taken, closed]);
			yield* take();
			if (failure) throw badGzip(failure);
		}
		inflate.end();
		await closed;
		yield* take();
		if (failure) throw badGzip(failure);
	} finally {
		inflate.destroy();
	}
}

function badGzip(error: NodeJS.ErrnoException): BadInput {
	return error.code === "Z_BUF_ERROR"
		? new BadInput(
				"truncated-gzip",
				"the gzip data ends too early: the file was cut short. Fetch it again, or pass --on-error skip to use the records before this place",
			)
		: new BadInput(
				"corrupt-gzip",
				`the gzip data is damaged or not gzip (${error.message}). Fetch the file again, or pass --on-error skip to use the records before this place`,
			);
}
