import { Int32Buffer } from "../../core/buffers.js";
import { orderBy } from "../../core/order-by.js";
import { numberOfDocument } from "../rows.js";
import type { TreeCounts } from "../totals.js";
import type { Problems } from "./problems.js";
import { nodePositions, type TreeRowColumns, treeSizes } from "./tree-rows.js";

/** The tokens of the documents of a task of a store. */
export interface StoreTokens {
	/** Document i has the tokens `offsets[i] .. offsets[i + 1]`. */
	ids: Int32Array;
	offsets: Int32Array;
	/** 1 for each that is to be trained on; null: all are. */
	lossMask: Int32Array | null;
}

/** Trees of prefixes of a task's documents, as they were found in rows. */
export class FoundTrees {
	readonly #rows: string[] = [];
	readonly #node = {
		row: new Int32Buffer(),
		document: new Int32Buffer(),
		start: new Int32Buffer(),
		length: new Int32Buffer(),
		/** The node above, by its place here; -1 for a root. */
		parent: new Int32Buffer(),
		position: new Int32Buffer(),
		labels: new Int32Buffer(),
	};
	readonly #path = {
		document: new Int32Buffer(),
		start: new Int32Buffer(),
		node: new Int32Buffer(),
	};
	#trees = 0;
	#unrolledTokens = 0;

	/** @param place What a sentence calls the row. */
	add(row: TreeRowColumns, place: string): void {
		const node = this.#node;
		const first = node.length.length;
		const positions = nodePositions(row);
		row.lengths.forEach((tokens, n) => {
			node.row.push(this.#rows.length);
			node.document.push(numberOfDocument(row.docIds[n]) | 0);
			node.start.push(row.docOffsets[n]);
			node.length.push(tokens);
			node.parent.push(row.parents[n] === -1 ? -1 : first + row.parents[n]);
			node.position.push(positions[n]);
			node.labels.push(row.labels[n]);
		});
		row.paths.nodes.forEach((n, p) => {
			this.#path.document.push(numberOfDocument(row.paths.docIds[p]) | 0);
			this.#path.start.push(row.paths.docOffsets[p]);
			this.#path.node.push(first + n);
			this.#unrolledTokens += positions[n] + row.lengths[n];
		});
		this.#trees += treeSizes(row).length;
		this.#rows.push(place);
	}

	get counts(): TreeCounts {
		const { length } = this.#node.length;
		let tokens = 0;
		for (let n = 0; n < length; n++) tokens += this.#node.length.array[n];
		const repeatedTokens = this.#repeatedTokens();
		return {
			trees: this.#trees,
			documents: this.#path.node.length,
			unrolledTokens: this.#unrolledTokens,
			savedTokens: this.#unrolledTokens - tokens + repeatedTokens,
			repeatedTokens,
		};
	}

	/** Tokens of nodes that are in rows again: a document has one node that begins at a token of it. */
	#repeatedTokens(): number {
		const document = this.#node.document.array;
		const start = this.#node.start.array;
		const length = this.#node.length.array;
		const order = orderBy([
			this.#node.document.view(),
			this.#node.start.view(),
		]);
		let tokens = 0;
		for (let i = 1; i < order.length; i++) {
			const [a, b] = [order[i - 1], order[i]];
			if (document[a] === document[b] && start[a] === start[b])
				tokens += length[b];
		}
		return tokens;
	}

	/**
	 * Checks that the nodes of each document's path have its tokens, and as many labels as the documents
	 * through them.
	 */
	check(store: StoreTokens, problems: Problems): void {
		const due = new Int32Array(this.#node.length.length);
		const node = this.#node;
		for (let p = 0; p < this.#path.node.length; p++) {
			const end = this.#path.node.array[p];
			const document = this.#path.document.array[p];
			const start = this.#path.start.array[p];
			let isRight = true;
			for (let n = end; n !== -1 && isRight; n = node.parent.array[n]) {
				const from = start + node.position.array[n];
				const length = node.length.array[n];
				isRight = isSame(
					store,
					length,
					[document, from],
					[node.document.array[n], node.start.array[n]],
				);
				if (isRight) due[n] += labelsOf(store, document, from, length, n, node);
			}
			if (!isRight)
				problems.add(
					`${this.#rows[node.row.array[end]]}: the nodes of the document ${document} do not have its tokens from its token ${start} on`,
				);
		}
		for (let n = 0; n < due.length; n++)
			if (due[n] !== node.labels.array[n])
				problems.add(
					`${this.#rows[node.row.array[n]]}: a node of the document ${node.document.array[n]} has ${node.labels.array[n]} labels; the documents through it make it ${due[n]}`,
				);
	}
}

/** Whether two places in documents have the same tokens. */
function isSame(
	{ ids, offsets }: StoreTokens,
	length: number,
	a: readonly [document: number, start: number],
	b: readonly [document: number, start: number],
): boolean {
	const [from, other] = [a, b].map(([document, start]) => {
		const isThere =
			start >= 0 && start + length <= offsets[document + 1] - offsets[document];
		return isThere ? offsets[document] + start : -1;
	});
	if (from === -1 || other === -1) return false;
	if (from === other) return true;
	for (let i = 0; i < length; i++)
		if (ids[from + i] !== ids[other + i]) return false;
	return true;
}

/** Labels that a node has of a document: tokens that are to be trained on, but for the first. */
function labelsOf(
	{ offsets, lossMask }: StoreTokens,
	document: number,
	start: number,
	length: number,
	n: number,
	{ parent }: { parent: Int32Buffer },
): number {
	const first = parent.array[n] === -1 ? 1 : 0;
	if (lossMask === null) return length - first;
	let labels = 0;
	for (let i = first; i < length; i++)
		labels += lossMask[offsets[document] + start + i];
	return labels;
}
