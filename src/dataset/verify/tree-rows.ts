import { sum } from "../../core/arithmetic.js";
import { pathTo, preorderExits, preorderFault } from "../../masks/tree.js";
import { multiplicities } from "../../pack/prefix-tree.js";
import { type ColumnBatch, columnOf } from "../../tables/columns.js";

/** A row of trees of prefixes, as its columns have it. */
export interface TreeRowColumns {
	/** Tokens of each node, its document, and where in it it begins. */
	lengths: Int32Array;
	docIds: BigInt64Array;
	docOffsets: Int32Array;
	/** The node above each. */
	parents: Int32Array;
	/** Labels of each, over all documents through it. */
	labels: Int32Array;
	/** Documents of the trees: what the row has of each from where, and the node that it ends at. */
	paths: { docIds: BigInt64Array; docOffsets: Int32Array; nodes: Int32Array };
}

/** Gives the rows of a batch of rows of trees. */
export function treeRowsOf(
	batch: ColumnBatch,
): (row: number) => TreeRowColumns & { faults: string[] } {
	const ints = (name: string) => {
		const { values, offsets } = columnOf(batch, name, "list<int32>");
		return (row: number) => values.subarray(offsets[row], offsets[row + 1]);
	};
	const ids = (name: string) => {
		const { values, offsets } = columnOf(batch, name, "list<int64>");
		return (row: number) => values.subarray(offsets[row], offsets[row + 1]);
	};
	const [lengths, docOffsets, parents, labels] = [
		...["seq_lengths", "doc_offsets", "node_parent", "label_counts"].map(ints),
	];
	const [entries, exits, through] = [
		...["node_entry", "node_exit", "node_multiplicity"].map(ints),
	];
	const [pathOffsets, pathNodes] = ["path_doc_offsets", "path_nodes"].map(ints);
	const [docIds, pathIds] = ["doc_ids", "path_doc_ids"].map(ids);
	return (row) => {
		const found: TreeRowColumns = {
			lengths: lengths(row),
			docIds: docIds(row),
			docOffsets: docOffsets(row),
			parents: parents(row),
			labels: labels(row),
			paths: {
				docIds: pathIds(row),
				docOffsets: pathOffsets(row),
				nodes: pathNodes(row),
			},
		};
		return {
			...found,
			faults: faultsOf(found, {
				entries: entries(row),
				exits: exits(row),
				through: through(row),
			}),
		};
	};
}

/** What is wrong with the columns of a row beside each other, as the ends of sentences. */
function faultsOf(
	{ lengths, docIds, docOffsets, parents, labels, paths }: TreeRowColumns,
	others: Record<"entries" | "exits" | "through", Int32Array>,
): string[] {
	const { entries, exits, through } = others;
	const nodes = lengths.length;
	for (const [name, values] of Object.entries({
		doc_ids: docIds,
		doc_offsets: docOffsets,
		node_parent: parents,
		label_counts: labels,
		node_entry: entries,
		node_exit: exits,
		node_multiplicity: through,
	}))
		if (values.length !== nodes)
			return [`has ${nodes} seq_lengths and ${values.length} ${name}`];
	const count = paths.nodes.length;
	for (const [name, { length }] of Object.entries({
		path_doc_ids: paths.docIds,
		path_doc_offsets: paths.docOffsets,
	}))
		if (length !== count)
			return [`has ${count} path_nodes and ${length} ${name}`];
	const fault = preorderFault(parents);
	if (fault !== null)
		return [`has its node ${fault} below ${parents[fault]}, out of preorder`];
	const outside = paths.nodes.find((node) => node < 0 || node >= nodes);
	if (outside !== undefined)
		return [`has a document that ends at its node ${outside} of ${nodes}`];
	const due = {
		node_entry: [entries, lengths.map((_, node) => node)],
		node_exit: [exits, preorderExits(parents)],
		node_multiplicity: [through, multiplicities(parents, paths.nodes)],
	} as const;
	return Object.entries(due)
		.filter(([, [own, right]]) => own.some((value, i) => value !== right[i]))
		.map(
			([name]) =>
				`has a column ${name} that its node_parent and path_nodes do not make`,
		);
}

/** Tokens of each tree of a row, in order. */
export function treeSizes({
	lengths,
	parents,
}: Pick<TreeRowColumns, "lengths" | "parents">): Int32Array {
	const sizes: number[] = [];
	lengths.forEach((tokens, node) => {
		if (parents[node] === -1) sizes.push(tokens);
		else sizes[sizes.length - 1] += tokens;
	});
	return Int32Array.from(sizes);
}

/** Where in its documents each node begins. */
export function nodePositions({
	lengths,
	parents,
}: Pick<TreeRowColumns, "lengths" | "parents">): Int32Array {
	const positions = new Int32Array(lengths.length);
	parents.forEach((above, node) => {
		if (above !== -1) positions[node] = positions[above] + lengths[above];
	});
	return positions;
}

/** Tokens from the root of a tree to the end of a node. */
export function pathLength(
	{ lengths, parents }: Pick<TreeRowColumns, "lengths" | "parents">,
	node: number,
): number {
	return sum(pathTo(parents, node).map((each) => lengths[each]));
}
