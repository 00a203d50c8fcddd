import { sum } from "../core/arithmetic.js";
import { mapColumns } from "../core/int-columns.js";
import { listAt } from "../core/int-lists.js";
import type { PackedWindow, TreePaths } from "../dataset/rows.js";
import type { TreeCounts } from "../dataset/totals.js";
import type { Pieces } from "../decompose/pieces.js";
import type { NodeFacts, SequenceFacts } from "../masks/sequence-facts.js";
import { treesOfRuns } from "../pack/prefix-tree.js";
import { type FittingTrees, splitTrees } from "../pack/split-trees.js";

/** The sequences of a window as trees of prefixes: what rows are packed of. */
export interface WindowTrees {
	/** Tokens of each tree. */
	sizes: Int32Array;
	/** The first node of each: one more than there are trees. */
	first: Int32Array;
	/** The nodes, as pieces of the window's documents. */
	pieces: Pieces;
	/** Where in its documents each node begins: positions are counted from there. */
	positions: Int32Array;
	facts: SequenceFacts & NodeFacts;
	paths: TreePaths;
	/** Of each of the sequences, by its place among `members`, the tree that it is in. */
	treeOf: Int32Array;
	counts: TreeCounts;
}

/**
 * Makes trees of some sequences of a window, each of at most `capacity` tokens.
 * @param members The sequences.
 */
export function treesOfWindow(
	{
		documents,
		doc,
		pieces,
		facts,
	}: Pick<PackedWindow, "documents" | "doc" | "pieces" | "facts">,
	members: Int32Array,
	minShared: number,
	capacity: number,
): WindowTrees {
	const runs = {
		ids: documents.ids,
		from: members.map(
			(piece) =>
				documents.offsets[pieces.document[piece]] + pieces.start[piece],
		),
		length: members.map((piece) => pieces.length[piece]),
	};
	const shared = treesOfRuns(runs, minShared);
	const trees = splitTrees(shared, capacity);
	const { document: memberOf, start, length, parent } = trees;
	const pieceOf = memberOf.map((member) => members[member]);
	const unrolledTokens = sum(runs.length);
	return {
		sizes: trees.sizes,
		first: trees.treeOffsets,
		pieces: {
			document: pieceOf.map((piece) => pieces.document[piece]),
			start: pieceOf.map((piece, node) => pieces.start[piece] + start[node]),
			length,
		},
		positions: start,
		facts: {
			...(mapColumns(facts, (values) =>
				pieceOf.map((piece) => values[piece]),
			) as SequenceFacts),
			node_back: parent.map((above, node) => (above === -1 ? 0 : node - above)),
			node_multiplicity: trees.multiplicity,
			node_labels: labelsOfNodes(trees, documents.lossMask ?? null, runs.from),
		},
		paths: {
			ending: trees.ending,
			task: members.map((piece) => doc.task[pieces.document[piece]]),
			number: members.map((piece) => doc.number[pieces.document[piece]]),
			start: members.map(
				(piece) => doc.start[pieces.document[piece]] + pieces.start[piece],
			),
		},
		treeOf: treesOfDocuments(trees, members.length),
		counts: {
			trees: trees.sizes.length,
			documents: members.length,
			unrolledTokens,
			savedTokens: unrolledTokens - sum(shared.length),
			repeatedTokens: trees.repeatedTokens,
		},
	};
}

/**
 * Labels of each node: of each document through it those of its tokens that are to be trained on, but
 * for its first.
 * @param lossMask Null: all are.
 * @param from Where in it each document begins.
 */
function labelsOfNodes(
	{ start, length, parent, multiplicity, ending }: FittingTrees,
	lossMask: Uint8Array | null,
	from: Int32Array,
): Int32Array {
	if (lossMask === null)
		return length.map(
			(tokens, node) =>
				multiplicity[node] * (parent[node] === -1 ? tokens - 1 : tokens),
		);
	const labels = new Int32Array(length.length);
	for (let end = 0; end < length.length; end++)
		for (const document of listAt(ending, end))
			for (let node = end; node !== -1; node = parent[node]) {
				const to = start[node] + length[node];
				for (let i = Math.max(1, start[node]); i < to; i++)
					labels[node] += lossMask[from[document] + i];
			}
	return labels;
}

/** The tree that each document is in. */
function treesOfDocuments(
	{ ending, treeOffsets }: FittingTrees,
	count: number,
): Int32Array {
	const treeOf = new Int32Array(count);
	for (let tree = 0; tree + 1 < treeOffsets.length; tree++) {
		const from = ending.offsets[treeOffsets[tree]];
		const to = ending.offsets[treeOffsets[tree + 1]];
		for (const document of ending.values.subarray(from, to))
			treeOf[document] = tree;
	}
	return treeOf;
}
