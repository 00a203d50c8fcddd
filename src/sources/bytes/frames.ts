import { compressions } from "../compressions.js";
import type { Frames, InputFile, ReadableStorage } from "../source.js";

/** Uncompressed bytes that are at least between two places where reading can begin. */
const APART = 1 << 22;
/** A compressed file that is smaller is read as a whole, and not looked into. */
const WORTHWHILE = 1 << 22;

/**
 * Where reading of a compressed file can begin, by a few small reads; null where it
 * can only be read from its beginning, or where a look does not tell.
 */
export async function findFrames(
	storage: ReadableStorage,
	{ path, size, version, compression, unseen }: InputFile,
	{ worthwhile = WORTHWHILE, apart = APART } = {},
): Promise<Frames | null> {
	if (compression === null || size < worthwhile || unseen !== undefined)
		return null;
	const { findFrames } = compressions.find(compression);
	if (findFrames === undefined) return null;
	const file = await storage.open(path, { size, version: version ?? "" });
	try {
		const frames = await findFrames(file, size);
		return frames === null ? null : thinned(frames, apart);
	} finally {
		await file.close();
	}
}

/** Frames with no two places nearer to each other than `apart` uncompressed bytes; null where one is left. */
function thinned({ size, places }: Frames, apart: number): Frames | null {
	const kept: Frames["places"] = [];
	for (const place of places)
		if (kept.length === 0 || place[0] - kept[kept.length - 1][0] >= apart)
			kept.push(place);
	return kept.length > 1 ? { size, places: kept } : null;
}

/** A part of a compressed file that is decompressed by itself. */
export interface Segment {
	/** Where its text begins in the uncompressed file, and the bytes of it; null for all there is. */
	position: number;
	length: number | null;
	/** Its bytes in the file: from one to before another. */
	from: number;
	to: number;
}

/** The segments of a file, from that on which holds an uncompressed byte. */
export function segmentsFrom(
	frames: Frames | null,
	start: number,
	fileSize: number,
): Segment[] {
	if (frames === null)
		return [{ position: 0, length: null, from: 0, to: Infinity }];
	const { places, size } = frames;
	return places
		.map(([position, from], i): Segment => {
			const [end, to] = places[i + 1] ?? [size, fileSize];
			return { position, length: end - position, from, to };
		})
		.filter(({ position, length }) => position + (length ?? 0) > start);
}
