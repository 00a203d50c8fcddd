import { sum } from "../core/arithmetic.js";
import { Int32Buffer } from "../core/buffers.js";
import { DataError } from "../core/errors.js";
import type { IntLists } from "../core/int-lists.js";
import { bestFitDecreasing } from "./best-fit.js";
import { checkCapacity } from "./packing.js";
import { multiplicities, type PrefixTrees } from "./prefix-tree.js";

/** Trees that each fit a row, as nodes in depth-first preorder, tree after tree. */
export interface FittingTrees {
	/** As those of `PrefixTrees`; a node that is in several trees is a node of each. */
	document: Int32Array;
	start: Int32Array;
	length: Int32Array;
	parent: Int32Array;
	multiplicity: Int32Array;
	/** The first node of each tree: one more than there are trees. */
	treeOffsets: Int32Array;
	/** Tokens of each tree. */
	sizes: Int32Array;
	/** The documents that end at each node. */
	ending: IntLists;
	/** Tokens of nodes that an earlier tree has already. */
	repeatedTokens: number;
}

/**
 * Trees of at most `capacity` tokens. One that is larger is split at its branches: what is below
 * a node is put together by best fit, the largest first, and the node is repeated above each lot, from
 * the lowest branches up. A document that ends at a repeated node ends at the first of it.
 * @throws UsageError `bad-option`; DataError `bad-sequence-length` for a document that is longer
 */
export function splitTrees(trees: PrefixTrees, capacity: number): FittingTrees {
	checkCapacity(capacity);
	const { start, length, exit } = trees;
	const nodes = length.length;
	const size = sizesOf(trees);
	const lots = new Lots();
	for (let node = nodes - 1; node >= 0; node--) {
		if (start[node] + length[node] > capacity)
			throw new DataError(
				"bad-sequence-length",
				`a document has ${start[node] + length[node]} tokens or more; trees of ${capacity} tokens hold none that is longer than that.`,
			);
		if (start[node] + size[node] <= capacity) continue;
		const below: Lot[] = [];
		for (let child = node + 1; child < exit[node]; child = exit[child])
			below.push(...(lots.of(child) ?? [whole(child, size[child])]));
		const room = capacity - start[node] - length[node];
		const { order, packOffsets } = bestFitDecreasing.pack(
			Int32Array.from(below, ({ tokens }) => tokens),
			room,
			{ maxSequences: undefined },
		);
		for (let lot = 0; lot + 1 < packOffsets.length; lot++)
			lots.add(
				node,
				length[node],
				Array.from(order.subarray(packOffsets[lot], packOffsets[lot + 1]))
					.sort((a, b) => a - b)
					.map((i) => below[i]),
			);
	}
	const written = new Int32Buffer();
	const parent = new Int32Buffer();
	const offsets = new Int32Buffer();
	for (let root = 0; root < nodes; root = exit[root])
		for (const lot of lots.of(root) ?? [whole(root, size[root])]) {
			offsets.push(written.length);
			write(lot, trees, written, parent);
		}
	offsets.push(written.length);
	return gather(trees, written.view(), parent.view(), offsets.view());
}

/** What is written of a node: all below it, or some, of which each is as much again. */
interface Lot {
	node: number;
	tokens: number;
	/** Null: all. */
	below: readonly Lot[] | null;
}

function whole(node: number, tokens: number): Lot {
	return { node, tokens, below: null };
}

/** The lots that nodes with too much below them are. */
class Lots {
	readonly #of = new Map<number, Lot[]>();

	of(node: number): readonly Lot[] | undefined {
		return this.#of.get(node);
	}

	add(node: number, length: number, below: readonly Lot[]): void {
		const tokens = below.reduce((sum, lot) => sum + lot.tokens, length);
		const known = this.#of.get(node) ?? [];
		known.push({ node, tokens, below });
		this.#of.set(node, known);
	}
}

/** Tokens of each node and all below it. */
function sizesOf({ length, parent }: PrefixTrees): Int32Array {
	const size = length.slice();
	for (let node = size.length - 1; node >= 0; node--)
		if (parent[node] !== -1) size[parent[node]] += size[node];
	return size;
}

/**
 * Writes the nodes of a lot in preorder.
 * @param written Their numbers.
 * @param parents The places in `written` of those above them.
 */
function write(
	lot: Lot,
	{ parent, exit }: PrefixTrees,
	written: Int32Buffer,
	parents: Int32Buffer,
): void {
	const waiting = [{ lot, above: -1 }];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		const { node, below } = next.lot;
		const place = written.length;
		written.push(node);
		parents.push(next.above);
		if (below !== null) {
			for (let i = below.length - 1; i >= 0; i--)
				waiting.push({ lot: below[i], above: place });
			continue;
		}
		for (let each = node + 1; each < exit[node]; each++) {
			written.push(each);
			parents.push(parent[each] - node + place);
		}
	}
}

function gather(
	{ document, start, length, end }: PrefixTrees,
	written: Int32Array,
	parent: Int32Array,
	treeOffsets: Int32Array,
): FittingTrees {
	const first = new Int32Array(length.length);
	for (let place = written.length - 1; place >= 0; place--)
		first[written[place]] = place;
	const endsAt = end.map((node) => (node === -1 ? -1 : first[node]));
	const lengths = written.map((node) => length[node]);
	const sizes = new Int32Array(treeOffsets.length - 1);
	for (let tree = 0; tree < sizes.length; tree++)
		for (let n = treeOffsets[tree]; n < treeOffsets[tree + 1]; n++)
			sizes[tree] += lengths[n];
	return {
		document: written.map((node) => document[node]),
		start: written.map((node) => start[node]),
		length: lengths,
		parent,
		multiplicity: multiplicities(parent, endsAt),
		treeOffsets,
		sizes,
		ending: listsOf(endsAt, written.length),
		repeatedTokens: sum(lengths) - sum(length),
	};
}

/** The documents of each node, in ascending order. */
function listsOf(nodeOf: Int32Array, nodes: number): IntLists {
	const offsets = new Int32Array(nodes + 1);
	for (const node of nodeOf) if (node !== -1) offsets[node + 1]++;
	for (let node = 0; node < nodes; node++) offsets[node + 1] += offsets[node];
	const values = new Int32Array(offsets[nodes]);
	const next = offsets.slice(0, nodes);
	nodeOf.forEach((node, document) => {
		if (node !== -1) values[next[node]++] = document;
	});
	return { values, offsets };
}
