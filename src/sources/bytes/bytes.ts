import { optionName } from "../../core/errors.js";
import { giveMemory, takeMemory } from "../../core/memory.js";
import type { Compression } from "../compression.js";
import { Damage } from "../compressions/damage.js";
import { compressions } from "../compressions.js";
import { BadInput, type InputFile, type ReadableStorage } from "../source.js";
import { expansionReasons, limitExpansion } from "./expansion.js";
import { segmentsFrom } from "./frames.js";
import { readAhead } from "./read-ahead.js";

/** Bytes of a piece that was decompressed. */
const INFLATED_SIZE = 1 << 20;
/** Of smaller pieces, as of small frames, several make one. */
const JOINED_SIZE = 1 << 19;

/** The reasons there are for bytes of any format and compression, each with what it means. */
export const byteReasons: Readonly<Record<string, string>> = {
	...expansionReasons,
	"wrong-frames":
		"a compressed file is wrong about how much text its parts hold",
};

/**
 * The uncompressed bytes of a file from `start` on, piece by piece; each piece is the
 * caller's to keep, unless `reuse` is given. A compressed file is read from the last
 * place before where that can begin.
 * @param end Where the caller is likely to stop: beyond it nothing is read that is not
 * asked for.
 * @param reuse Whether the caller is done with a piece when it asks for the next: its
 * memory may then be used again.
 * @throws BadInput when a compressed file is cut short, damaged, or expands too much;
 * all that could be read was given before, but for what may be wrong.
 */
export function readBytes(
	storage: ReadableStorage,
	file: InputFile,
	start = 0,
	end = Infinity,
	reuse = false,
): AsyncGenerator<Buffer> {
	if (file.compression !== null) {
		const compression = compressions.find(file.compression);
		return readCompressed(storage, file, start, end, compression);
	}
	const until = Math.min(end, file.size);
	return readPieces(storage, file, start, Infinity, { until, reuse });
}

async function* readCompressed(
	storage: ReadableStorage,
	file: InputFile,
	start: number,
	end: number,
	{ decompress, readSize }: Compression,
): AsyncGenerator<Buffer> {
	const segments = segmentsFrom(file.frames, start, file.size);
	if (segments.length === 0) return;
	let read = 0;
	async function* texts(): AsyncGenerator<Buffer> {
		for (const { length, from, to } of segments) {
			const until = Math.min(to, file.size);
			const count = (bytes: number) => {
				read += bytes;
			};
			const raw = readPieces(storage, file, from, to, {
				until,
				most: readSize,
				count,
			});
			let given = 0;
			for await (const piece of decompress(raw, INFLATED_SIZE)) {
				given += piece.length;
				yield piece;
			}
			if (given !== (length ?? given)) throw wrongFrames();
		}
	}
	const { position } = segments[0];
	const wanted = (bytes: number) => position + bytes < end;
	const sound = joinSmall(withholdSuspects(texts()), wanted);
	const text = limitExpansion(sound, () => read);
	yield* dropFirst(readAhead(text, wanted), start - position);
}

function wrongFrames(): BadInput {
	return new BadInput(
		"wrong-frames",
		`the file is wrong about how much text its parts hold, so records may be missing. Compress it again, or give ${optionName("onError", "skip")} to use the records before this place`,
	);
}

/**
 * The bytes of a file as it is stored.
 * @param to Where to stop; the file's end comes first where it is nearer.
 * @param until As far as it is read ahead.
 * @param most Bytes of a piece, at most.
 * @param reuse As that of `readBytes`.
 */
function readPieces(
	storage: ReadableStorage,
	{ path, size }: InputFile,
	from: number,
	to: number,
	{
		until,
		most = Infinity,
		count = () => {},
		reuse = false,
	}: {
		until: number;
		most?: number | undefined;
		count?: (bytes: number) => void;
		reuse?: boolean;
	},
): AsyncGenerator<Buffer> {
	const length = Math.min(storage.readSize, most, Math.max(1, size - from));
	// One piece is read ahead below, as soon as this one is given.
	const ahead = (storage.readsAhead ?? 1) - 1;
	async function* pieces(): AsyncGenerator<Buffer> {
		const file = await storage.open(path);
		// While one is in use the next pieces are read into the others.
		const places = reuse
			? Array.from({ length: ahead + 2 }, () => takeMemory(length))
			: [];
		const begun: Promise<Buffer>[] = [];
		let next = from;
		const begin = (number: number) => {
			const wanted = Math.min(length, to - next);
			const piece = file.read(next, wanted, places[number % places.length]);
			// Whoever waits for it hears of its error.
			piece.catch(() => {});
			begun.push(piece);
			next += wanted;
		};
		try {
			for (let position = from, i = 0; position < to; ) {
				if (begun.length === 0) begin(i++);
				while (begun.length <= ahead && next < Math.min(to, until)) begin(i++);
				const piece = await begun[0];
				begun.shift();
				if (piece.length === 0) return;
				position += piece.length;
				count(piece.length);
				yield piece;
			}
		} finally {
			await Promise.allSettled(begun);
			await file.close();
			for (const place of places) giveMemory(place);
		}
	}
	return readAhead(pieces(), (position) => from + position < until);
}

/** Pieces but for the last before a fault in the middle, of which the fault may have made something else. */
async function* withholdSuspects(
	pieces: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
	let held: Buffer | null = null;
	try {
		for await (const piece of pieces) {
			if (held !== null) yield held;
			held = piece;
		}
	} catch (error) {
		const isSuspect = error instanceof Damage && error.suspect;
		if (held !== null && !isSuspect) yield held;
		throw error;
	}
	if (held !== null) yield held;
}

/** Joins small pieces, as long as the next one is wanted: that which begins so many bytes after the first. */
async function* joinSmall(
	pieces: AsyncIterable<Buffer>,
	wanted: (position: number) => boolean,
): AsyncGenerator<Buffer> {
	let gathered: Buffer[] = [];
	let length = 0;
	let position = 0;
	const joined = () => {
		const all = gathered.length === 1 ? gathered[0] : Buffer.concat(gathered);
		gathered = [];
		length = 0;
		return all;
	};
	try {
		for await (const piece of pieces) {
			gathered.push(piece);
			length += piece.length;
			position += piece.length;
			if (length >= JOINED_SIZE || !wanted(position)) yield joined();
		}
	} catch (error) {
		if (length > 0) yield joined();
		throw error;
	}
	if (length > 0) yield joined();
}

async function* dropFirst(
	pieces: AsyncIterable<Buffer>,
	bytes: number,
): AsyncGenerator<Buffer> {
	let left = bytes;
	for await (const piece of pieces) {
		const dropped = Math.min(left, piece.length);
		left -= dropped;
		if (dropped < piece.length) yield piece.subarray(dropped);
	}
}
