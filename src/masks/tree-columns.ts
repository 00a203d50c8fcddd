import { type Column, int32Column, type StoredRow } from "./column.js";
import {
	preorderExits,
	separateTrees,
	subtreeEnds,
	type TreeRow,
	targetFrom,
	targetWeights,
} from "./tree.js";

/** The columns of rows of trees of prefixes, by name. */
export const treeColumns = {
	node_parent: nodeColumn(
		"the sequence of the row that each node of a tree of prefixes follows; -1 for a root",
		({ parents }) => parents,
	),
	node_entry: nodeColumn(
		"the number of each node in the row, from 0, in depth-first preorder",
		({ parents }) => parents.map((_, node) => node),
	),
	node_exit: nodeColumn(
		"the number of the node after the last one below each: a is b or above b if entry[a] <= entry[b] < exit[a]",
		({ parents }) => preorderExits(parents),
	),
	node_multiplicity: nodeColumn(
		"documents through each node",
		({ parents, multiplicity }) =>
			multiplicity ?? new Int32Array(parents.length).fill(1),
	),
	path_doc_ids: {
		type: "list<int64>",
		entries: "path",
		meaning: "each document of the row's trees: `doc_id` in `index/`",
		setting: ["prefixTree"],
		ofTrees: true,
	} as Column,
	path_doc_offsets: {
		type: "list<int32>",
		entries: "path",
		meaning: "where in it what the row has of it begins",
		setting: ["prefixTree"],
		ofTrees: true,
	} as Column,
	path_nodes: {
		type: "list<int32>",
		entries: "path",
		meaning: "the node that it ends at",
		setting: ["prefixTree"],
		ofTrees: true,
	} as Column,
	subtree_end: int32Column({
		entries: "token",
		meaning:
			"where in the row what follows on each token ends: token i sees token j if j <= i < subtree_end[j]",
		ofTrees: true,
		ofWholeRows: true,
		padding: "repeated",
		batch: (row, rowLength) => subtreeEnds(treeOf(row), rowLength),
	}),
	target_from: int32Column({
		entries: "token",
		meaning:
			"the token of the row whose logits predict each token; -1 for the first of each document and for padding",
		ofTrees: true,
		ofWholeRows: true,
		padding: -1,
		batch: (row, rowLength) => targetFrom(treeOf(row), rowLength),
	}),
	target_weight: int32Column({
		entries: "token",
		meaning: "how many documents each token is a label of",
		ofTrees: true,
		ofWholeRows: true,
		padding: 0,
		batch: (row, rowLength) => targetWeights(treeOf(row), rowLength),
	}),
};

/** A column of the nodes of a row of trees, which other columns of it do not all tell. */
function nodeColumn(
	meaning: string,
	values: (tree: TreeRow) => Int32Array,
): Column {
	return int32Column({
		entries: "sequence",
		meaning,
		setting: ["prefixTree"],
		ofTrees: true,
		stored: (row, out) => out.append(values(treeOf(row))),
		batch: (row) => values(treeOf(row)),
		check: ({ seqLengths }, values) => values.length === seqLengths.length,
	});
}

/** A row's trees; of sequences that share nothing, one for each. */
export function treeOf({
	tree,
	seqLengths,
	lossMask,
	facts,
}: StoredRow): TreeRow {
	if (tree !== undefined) return tree;
	if (facts?.node_back === undefined)
		return { ...separateTrees(seqLengths), trained: lossMask ?? null };
	return {
		seqLengths,
		parents: facts.node_back.map((back, node) =>
			back === 0 ? -1 : node - back,
		),
		multiplicity: facts.node_multiplicity,
	};
}
