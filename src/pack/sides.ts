import { Int32Buffer } from "../core/buffers.js";
import { type IntLists, listAt } from "../core/int-lists.js";
import type { Pieces } from "../decompose/pieces.js";
import type { Packing } from "./packing.js";

/** The sequences that pieces are in rows. */
export interface PiecesOfSides {
	pieces: Pieces;
	/** The first of each piece: one more than there are pieces; null: each piece is one. */
	first: Int32Array | null;
}

/**
 * The sequences of documents, of which some have several sides that share a row: each side
 * of these is a sequence of its own, in its order.
 * @param pieces Documents with sides are whole pieces.
 * @param sides The first tokens of each document's sides but for its first; null: each is one.
 */
export function piecesOfSides(
	pieces: Pieces,
	sides: IntLists | null,
): PiecesOfSides {
	if (sides === null || sides.values.length === 0)
		return { pieces, first: null };
	const document = new Int32Buffer();
	const start = new Int32Buffer();
	const length = new Int32Buffer();
	const first = new Int32Array(pieces.length.length + 1);
	for (let piece = 0; piece < pieces.length.length; piece++) {
		const from = pieces.start[piece];
		const end = from + pieces.length[piece];
		let last = from;
		for (const border of [...listAt(sides, pieces.document[piece]), end]) {
			if (border <= last || border > end) continue;
			document.push(pieces.document[piece]);
			start.push(last);
			length.push(border - last);
			last = border;
		}
		first[piece + 1] = length.length;
	}
	return {
		pieces: {
			document: document.view(),
			start: start.view(),
			length: length.view(),
		},
		first,
	};
}

/** The packs of pieces as packs of the sequences that these are. @param first As `piecesOfSides` gives it. */
export function packsOfSides(
	packing: Packing,
	first: Int32Array | null,
): Packing {
	if (first === null) return packing;
	const order = new Int32Buffer();
	const packOffsets = new Int32Array(packing.packOffsets.length);
	for (let pack = 0; pack + 1 < packOffsets.length; pack++) {
		const end = packing.packOffsets[pack + 1];
		for (let at = packing.packOffsets[pack]; at < end; at++) {
			const piece = packing.order[at];
			for (let i = first[piece]; i < first[piece + 1]; i++) order.push(i);
		}
		packOffsets[pack + 1] = order.length;
	}
	return { order: order.view(), packOffsets };
}
