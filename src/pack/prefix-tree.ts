import { UsageError } from "../core/errors.js";
import type { TokenBatch } from "../core/token-batch.js";
import { preorderExits } from "../masks/tree.js";

/** Tokens that documents must share at least, where nothing is said of it. */
export const USUAL_MIN_SHARED = 16;

/**
 * Documents as trees of the prefixes that they share: nodes in depth-first preorder, each a run of
 * tokens. A document is the runs from a root down to the node that it ends at, one after the other.
 */
export interface PrefixTrees {
	/** The first of the documents through each node, whose tokens it has. */
	document: Int32Array;
	/** Where in the document it begins: the tokens of the nodes above it. */
	start: Int32Array;
	length: Int32Array;
	/** The node above it; -1 for a root. */
	parent: Int32Array;
	/** The node after the last one below it: a is b, or above b, if a <= b < exit[a]. */
	exit: Int32Array;
	/** Documents through it. */
	multiplicity: Int32Array;
	/** Of each document, the node that it ends at; -1 where it has no tokens. */
	end: Int32Array;
}

/** Runs of tokens in one array: run i is `ids[from[i] .. from[i] + length[i])`. */
export interface TokenRuns {
	ids: Int32Array;
	from: Int32Array;
	length: Int32Array;
}

/**
 * The trees of the prefixes that documents share, found by comparing their tokens. Every node that
 * several documents are through has at least `minShared` tokens of its own: what two documents
 * share after a node, or at their beginning, is held twice where it is less. With 1, a token is
 * held once for all documents with the same tokens up to it. Time and memory are of the order of the tokens.
 * @param minShared A whole number from 1 on; default 16.
 * @throws UsageError `bad-option`
 */
export function prefixTree(
	documents: TokenBatch | readonly Int32Array[],
	{ minShared = USUAL_MIN_SHARED }: { minShared?: number } = {},
): PrefixTrees {
	if (!Number.isSafeInteger(minShared) || minShared < 1)
		throw new UsageError(
			"bad-option",
			`minShared is ${minShared}: give a whole number from 1 on.`,
		);
	return treesOfRuns(
		"offsets" in documents ? runsOfBatch(documents) : runsOfLists(documents),
		minShared,
	);
}

/** The same of runs of tokens. */
export function treesOfRuns(runs: TokenRuns, minShared: number): PrefixTrees {
	return new Trie(runs).trees(minShared);
}

function runsOfBatch({ ids, offsets }: TokenBatch): TokenRuns {
	const from = offsets.subarray(0, -1);
	return { ids, from, length: from.map((at, i) => offsets[i + 1] - at) };
}

function runsOfLists(lists: readonly Int32Array[]): TokenRuns {
	const length = Int32Array.from(lists, (list) => list.length);
	const from = new Int32Array(lists.length);
	let tokens = 0;
	lists.forEach((list, i) => {
		from[i] = tokens;
		tokens += list.length;
	});
	const ids = new Int32Array(tokens);
	lists.forEach((list, i) => {
		ids.set(list, from[i]);
	});
	return { ids, from, length };
}

const NONE = -1;
/** The node above all roots. */
const TOP = 0;

/** All documents in one trie, of which chains of nodes with one child each are one node. */
class Trie {
	readonly #runs: TokenRuns;
	readonly #document: Int32Array;
	readonly #start: Int32Array;
	readonly #length: Int32Array;
	readonly #parent: Int32Array;
	/** By a node and the token that a node below it begins with. */
	readonly #children = new Map<number, number>();
	/** Of each document, the node that it ends at. */
	readonly #end: Int32Array;
	#nodes = 1;

	constructor(runs: TokenRuns) {
		const count = runs.length.length;
		this.#runs = runs;
		// A document adds a node for what it has alone, and one where it leaves what was there.
		const most = 2 * count + 1;
		this.#document = new Int32Array(most);
		this.#start = new Int32Array(most);
		this.#length = new Int32Array(most);
		this.#parent = new Int32Array(most).fill(NONE);
		this.#end = new Int32Array(count);
		for (let document = 0; document < count; document++) this.#add(document);
	}

	#add(document: number): void {
		const { ids } = this.#runs;
		const from = this.#runs.from[document];
		const tokens = this.#runs.length[document];
		let above = TOP;
		let depth = 0;
		while (depth < tokens) {
			const key = keyOf(above, ids[from + depth]);
			const node = this.#children.get(key);
			if (node === undefined) {
				const leaf = this.#newNode(document, depth, tokens - depth, above);
				this.#children.set(key, leaf);
				above = leaf;
				break;
			}
			const shared = this.#shared(node, from + depth, tokens - depth);
			depth += shared;
			above = shared < this.#length[node] ? this.#split(node, shared) : node;
		}
		this.#end[document] = above;
	}

	/** How many tokens of a node are those at a place. */
	#shared(node: number, at: number, most: number): number {
		const { ids, from } = this.#runs;
		const own = from[this.#document[node]] + this.#start[node];
		const end = Math.min(most, this.#length[node]);
		let shared = 0;
		while (shared < end && ids[own + shared] === ids[at + shared]) shared++;
		return shared;
	}

	/** Makes the first tokens of a node a node above it, in its place. */
	#split(node: number, tokens: number): number {
		const { ids, from } = this.#runs;
		const document = this.#document[node];
		const start = this.#start[node];
		const above = this.#parent[node];
		const front = this.#newNode(document, start, tokens, above);
		const first = from[document] + start;
		this.#children.set(keyOf(above, ids[first]), front);
		this.#children.set(keyOf(front, ids[first + tokens]), node);
		this.#start[node] += tokens;
		this.#length[node] -= tokens;
		this.#parent[node] = front;
		return front;
	}

	#newNode(
		document: number,
		start: number,
		length: number,
		parent: number,
	): number {
		const node = this.#nodes++;
		this.#document[node] = document;
		this.#start[node] = start;
		this.#length[node] = length;
		this.#parent[node] = parent;
		return node;
	}

	/** Nodes in preorder, those that are too short for what is shared made one with what is below. */
	trees(minShared: number): PrefixTrees {
		const count = this.#end.length;
		const { firstChild, nextSibling } = this.#inOrder();
		const ending = groups(this.#end, this.#nodes);
		const through = this.#multiplicities(firstChild, nextSibling);
		const most = this.#nodes + count;
		const document = new Int32Array(most);
		const start = new Int32Array(most);
		const length = new Int32Array(most);
		const parent = new Int32Array(most);
		const end = new Int32Array(count).fill(NONE);
		let nodes = 0;
		const add = (of: number, from: number, to: number, above: number) => {
			document[nodes] = of;
			start[nodes] = from;
			length[nodes] = to - from;
			parent[nodes] = above;
			return nodes++;
		};
		// Of each node of the trie the node of the trees that what is below it hangs from.
		const hangsFrom = new Int32Array(this.#nodes).fill(NONE);
		for (const node of preorder(firstChild, nextSibling)) {
			if (node === TOP) continue;
			const above = hangsFrom[this.#parent[node]];
			const from = above === NONE ? 0 : start[above] + length[above];
			const to = this.#start[node] + this.#length[node];
			const isKept = through[node] === 1 || to - from >= minShared;
			const kept = isKept ? add(this.#document[node], from, to, above) : above;
			hangsFrom[node] = kept;
			for (let d = ending.first[node]; d !== NONE; d = ending.next[d])
				end[d] = isKept ? kept : add(d, from, to, above);
		}
		const own = parent.slice(0, nodes);
		return {
			document: document.slice(0, nodes),
			start: start.slice(0, nodes),
			length: length.slice(0, nodes),
			parent: own,
			exit: preorderExits(own),
			multiplicity: multiplicities(own, end),
			end,
		};
	}

	/** The children of each node, in the order of their first documents. */
	#inOrder(): { firstChild: Int32Array; nextSibling: Int32Array } {
		const firstChild = new Int32Array(this.#nodes).fill(NONE);
		const nextSibling = new Int32Array(this.#nodes).fill(NONE);
		const own = groups(
			this.#document.subarray(0, this.#nodes),
			this.#end.length,
		);
		for (let document = this.#end.length - 1; document >= 0; document--)
			for (let n = own.first[document]; n !== NONE; n = own.next[n]) {
				const above = this.#parent[n];
				if (above === NONE) continue;
				nextSibling[n] = firstChild[above];
				firstChild[above] = n;
			}
		return { firstChild, nextSibling };
	}

	/** Documents through each node. */
	#multiplicities(firstChild: Int32Array, nextSibling: Int32Array): Int32Array {
		const through = new Int32Array(this.#nodes);
		for (const node of this.#end) through[node]++;
		for (const node of preorder(firstChild, nextSibling).reverse())
			if (node !== TOP) through[this.#parent[node]] += through[node];
		return through;
	}
}

/** Documents through each node. @param end The node that each document ends at. */
export function multiplicities(
	parent: Int32Array,
	end: Int32Array,
): Int32Array {
	const through = new Int32Array(parent.length);
	for (const node of end) if (node !== NONE) through[node]++;
	for (let node = parent.length - 1; node >= 0; node--)
		if (parent[node] !== NONE) through[parent[node]] += through[node];
	return through;
}

/** Nodes from the top down, each before what is below it. */
function preorder(firstChild: Int32Array, nextSibling: Int32Array): Int32Array {
	const order = new Int32Array(firstChild.length);
	const waiting = [TOP];
	let count = 0;
	for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
		order[count++] = node;
		if (nextSibling[node] !== NONE) waiting.push(nextSibling[node]);
		if (firstChild[node] !== NONE) waiting.push(firstChild[node]);
	}
	return order;
}

/** Items by their group, each as a list of those that follow one another. */
function groups(
	groupOf: Int32Array,
	count: number,
): { first: Int32Array; next: Int32Array } {
	const first = new Int32Array(count).fill(NONE);
	const next = new Int32Array(groupOf.length);
	for (let item = groupOf.length - 1; item >= 0; item--) {
		next[item] = first[groupOf[item]];
		first[groupOf[item]] = item;
	}
	return { first, next };
}

/** A number for a node and a token: both are below 2^32, and the nodes far below. */
function keyOf(node: number, token: number): number {
	return node * 2 ** 32 + (token >>> 0);
}
