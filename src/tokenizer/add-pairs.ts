import type { KernelImage } from "./kernel-image.js";
import {
	HEADER_ID_OF_SYMBOL,
	HEADER_LEFT_END,
	HEADER_OUTSIDE,
	HEADER_PAIRS,
	HEADER_RIGHT_COUNT,
	HEADER_RIGHT_START,
	HEADER_ROWS,
} from "./layout.js";
import { type Merges, PairTable } from "./pair-table.js";
import { orderSymbols, SIDES } from "./symbol-order.js";

/** Adds the merges of BPE to a kernel's image; there tokens are numbered anew, as symbols. */
export function addPairs(
	image: KernelImage,
	{ lefts, rights, made, ranks }: Merges,
	strings: readonly (string | undefined)[],
	symbols: "bytes" | "characters",
): { pairs: PairTable; symbolOf: Int32Array } {
	const sides = new Uint8Array(strings.length);
	for (const id of lefts) sides[id] |= SIDES.left;
	for (const id of rights) sides[id] |= SIDES.right;
	const order = orderSymbols(strings, sides, symbols);
	const { symbolOf, idOf } = order;
	const toSymbols = (ids: Int32Array) => ids.map((id) => symbolOf[id]);
	const pairs = new PairTable(
		{
			lefts: toSymbols(lefts),
			rights: toSymbols(rights),
			made: toSymbols(made),
			ranks,
		},
		order.leftEnd,
	);
	image.addAt(HEADER_ROWS, pairs.rows);
	image.addAt(HEADER_PAIRS, pairs.entries);
	image.set(HEADER_OUTSIDE, strings.length);
	image.set(HEADER_LEFT_END, order.leftEnd);
	image.set(HEADER_RIGHT_START, order.rightStart);
	image.set(HEADER_RIGHT_COUNT, order.rightEnd - order.rightStart);
	image.addAt(HEADER_ID_OF_SYMBOL, idOf);
	return { pairs, symbolOf };
}
