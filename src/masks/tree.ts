import { DataError } from "../core/errors.js";
import { checkMaskKind, type MaskKind, sees } from "./mask-kinds.js";
import { usedTokens } from "./row.js";

/**
 * A row that holds prefixes of documents once: its sequences are nodes of trees, in depth-first preorder, and
 * a document is the nodes from a root down to the one that it ends at.
 */
export interface TreeRow {
	/** Tokens of each node. */
	seqLengths: Int32Array;
	/** The node above each, by its place in the row; -1 for a root. */
	parents: Int32Array;
	/** Documents through each node; left out: one. */
	multiplicity?: Int32Array | null;
	/** Of each token, how many documents it is to be trained on in; left out: all through its node. */
	trained?: ArrayLike<number> | null;
}

/** Sequences that share nothing, as trees of one node each. */
export function separateTrees(seqLengths: Int32Array): TreeRow {
	return { seqLengths, parents: new Int32Array(seqLengths.length).fill(-1) };
}

/**
 * Of nodes in preorder, the one after the last below each: node a is node b, or above it, if
 * a <= b < exit[a].
 */
export function preorderExits(parents: Int32Array): Int32Array {
	const exits = parents.map((_, node) => node + 1);
	for (let node = parents.length - 1; node >= 0; node--)
		if (parents[node] >= 0)
			exits[parents[node]] = Math.max(exits[parents[node]], exits[node]);
	return exits;
}

/**
 * Tokens of a row's nodes together.
 * @throws DataError `bad-row` also where nodes are not in preorder
 */
export function checkTree(
	{ seqLengths, parents }: Pick<TreeRow, "seqLengths" | "parents">,
	rowLength?: number,
): number {
	if (parents.length !== seqLengths.length)
		throw new DataError(
			"bad-row",
			`a row has ${seqLengths.length} nodes and ${parents.length} parents for them.`,
		);
	const fault = preorderFault(parents);
	if (fault !== null)
		throw new DataError(
			"bad-row",
			`node ${fault} of a row has the parent ${parents[fault]}, and nodes are in depth-first preorder: it is -1, the node before or one above that.`,
		);
	return usedTokens(seqLengths, rowLength);
}

/** The first node that is not in preorder; null where all are. */
export function preorderFault(parents: ArrayLike<number>): number | null {
	for (let node = 0; node < parents.length; node++) {
		let above = node - 1;
		while (above > parents[node] && above >= 0) above = parents[above];
		if (above !== parents[node]) return node;
	}
	return null;
}

// All of these take a row, and `rowLength`, its tokens with padding (default: without), and
// throw DataError `bad-row`. Padding is a sequence of its own.

/** Where in the documents through it each token is: positions go on from node to node. Padding counts from 0. */
export function treePositions(row: TreeRow, rowLength?: number): Int32Array {
	const used = checkTree(row, rowLength);
	const { seqLengths, parents } = row;
	const positions = new Int32Array(rowLength ?? used);
	const ends = new Int32Array(seqLengths.length);
	let at = 0;
	seqLengths.forEach((length, node) => {
		let position = parents[node] < 0 ? 0 : ends[parents[node]];
		for (let i = 0; i < length; i++) positions[at++] = position++;
		ends[node] = position;
	});
	for (let i = 0; at < positions.length; i++) positions[at++] = i;
	return positions;
}

/**
 * Of each token, the one in the row before which its subtree ends: token i sees token j
 * if j <= i < subtreeEnds[j]. So a mask for FlexAttention needs one number a token.
 */
export function subtreeEnds(row: TreeRow, rowLength?: number): Int32Array {
	const used = checkTree(row, rowLength);
	const { seqLengths } = row;
	const size = rowLength ?? used;
	const ends = new Int32Array(size).fill(size);
	const starts = startsOf(seqLengths);
	preorderExits(row.parents).forEach((exit, node) => {
		ends.fill(starts[exit], starts[node], starts[node + 1]);
	});
	return ends;
}

/**
 * Of each token, the one in the row whose logits predict it: the one before it in its documents. -1 for
 * the first of a document, and for padding.
 */
export function targetFrom(row: TreeRow, rowLength?: number): Int32Array {
	const used = checkTree(row, rowLength);
	const { seqLengths, parents } = row;
	const from = new Int32Array(rowLength ?? used).fill(-1);
	const starts = startsOf(seqLengths);
	parents.forEach((parent, node) => {
		if (parent >= 0) from[starts[node]] = starts[parent + 1] - 1;
		for (let i = starts[node] + 1; i < starts[node + 1]; i++) from[i] = i - 1;
	});
	return from;
}

/**
 * Of each token, how many documents it is a label of. The loss of the documents together is
 * sum(weight[t] * CE(logits[targetFrom[t]], ids[t])) / sum(weight).
 */
export function targetWeights(row: TreeRow, rowLength?: number): Int32Array {
	const used = checkTree(row, rowLength);
	const { seqLengths, parents, multiplicity, trained } = row;
	const weights = new Int32Array(rowLength ?? used);
	const starts = startsOf(seqLengths);
	parents.forEach((parent, node) => {
		weights.fill(multiplicity?.[node] ?? 1, starts[node], starts[node + 1]);
		if (trained)
			for (let i = starts[node]; i < starts[node + 1]; i++)
				weights[i] = trained[i];
		if (parent < 0) weights[starts[node]] = 0;
	});
	return weights;
}

/**
 * The mask of such a row in full, as `denseMask` gives it: a token sees those of its own node and of the
 * nodes above, at the distances that they have in the document.
 * @throws UsageError `bad-option` for a mask that differs from sequence to sequence, too
 */
export function denseTreeMask(
	row: TreeRow,
	rowLength?: number,
	mask: MaskKind = { kind: "causal" },
	layer = 0,
): Uint8Array {
	checkMaskKind(mask, 0);
	const used = checkTree(row, rowLength);
	const size = rowLength ?? used;
	const positions = treePositions(row, rowLength);
	const ends = subtreeEnds(row, rowLength);
	const dense = new Uint8Array(size * size);
	for (let i = 0; i < size; i++)
		for (let j = i < used ? 0 : used; j <= i; j++)
			if (
				i < ends[j] &&
				sees(i < used ? mask : { kind: "causal" }, {
					query: positions[i],
					key: positions[j],
					sequence: 0,
					layer,
				})
			)
				dense[i * size + j] = 1;
	return dense;
}

/** The nodes from a root down to a node. */
export function pathTo(parents: ArrayLike<number>, node: number): number[] {
	const path: number[] = [];
	for (let at = node; at >= 0; at = parents[at]) path.push(at);
	return path.reverse();
}

/** Where in the row each node begins, and the end of the last. */
function startsOf(seqLengths: Int32Array): Int32Array {
	const starts = new Int32Array(seqLengths.length + 1);
	seqLengths.forEach((length, node) => {
		starts[node + 1] = starts[node] + length;
	});
	return starts;
}
