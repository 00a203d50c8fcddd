import type { FigureKind, Grouped, SourceFigures } from "./figures.js";

/** Parts of a source or directory that stand by themselves, and of all sources together. */
const MOST_PARTS = 20;
const MOST_NODES = 1000;

/** A file of the input, with what is known of it. */
export interface SourceFile {
	/** The name of its source; null where there is one without a name. */
	of: string | null;
	path: string;
	bytes: number;
	documents: number | null;
	tokens: number | null;
}

/** A source by its name, as the manifest counts it. */
export interface NamedSource {
	name: string | null;
	documents: number | null;
	rows: number | null;
	/** That were read, as of files. */
	tokens: number | null;
}

/** What tokens of sources are called: a plan has those of its steps, all else those that were read. */
export const sourceTokens = (kind: FigureKind) =>
	kind === "plan" ? "tokens" : "tokens read";

interface Node {
	name: string;
	documents: number | null;
	rows: number | null;
	tokens: number | null;
	bytes: number | null;
	/** By the next part of the path, and sources by `keyOf`. */
	parts: Map<string, Node>;
}

/**
 * Sources as a tree of directories and files. Largest first; of those of one directory, and of all, only
 * so many stand by themselves. A directory with one entry is one with it.
 * @param all Tokens read of all sources, which shares are of; null: not known, and then shares are of bytes.
 */
export function sourcesTree(
	sources: readonly NamedSource[],
	files: Iterable<SourceFile>,
	all: number | null,
): Grouped<SourceFigures> {
	const root = newNode("");
	const named = sources.filter(({ name }) => name !== null);
	for (const { name, ...counts } of named)
		root.parts.set(keyOf(name as string), {
			...newNode(name as string),
			...counts,
		});
	for (const file of files) addFile(root, file);
	const total = all ?? root.bytes ?? 0;
	const share = ({ tokens, bytes }: Node) => {
		const of = all === null ? bytes : tokens;
		return of === null || total === 0 ? null : of / total;
	};
	return grown(root, share);
}

/** The key of a source with a name: a directory can be called the same. */
const keyOf = (name: string) => `${name}/`;

function newNode(name: string): Node {
	return {
		name,
		...{ documents: null, rows: null, tokens: null, bytes: null },
		parts: new Map(),
	};
}

function addFile(root: Node, file: SourceFile): void {
	const { of, path, bytes, documents, tokens } = file;
	const parts = path.split("/").filter((part) => part !== "");
	const names = of === null ? parts : [of, ...parts];
	let node = root;
	root.bytes = (root.bytes ?? 0) + bytes;
	for (const [i, name] of names.entries()) {
		const key = i === 0 && of !== null ? keyOf(name) : name;
		let next = node.parts.get(key);
		if (next === undefined) {
			next = newNode(name);
			node.parts.set(key, next);
		}
		next.bytes = (next.bytes ?? 0) + bytes;
		// What the manifest counts of a source stays as it is.
		if (i > 0 || of === null) {
			if (documents !== null)
				next.documents = (next.documents ?? 0) + documents;
			if (tokens !== null) next.tokens = (next.tokens ?? 0) + tokens;
		}
		node = next;
	}
}

/** The tree as it is shown: the largest nodes are opened first, until there are enough. */
function grown(
	root: Node,
	share: (node: Node) => number | null,
): Grouped<SourceFigures> {
	const size = ({ tokens, bytes }: Node) => tokens ?? bytes ?? 0;
	const largest = (node: Node) =>
		[...node.parts.values()].sort(
			(a, b) => size(b) - size(a) || (a.name < b.name ? -1 : 1),
		);
	let left = MOST_NODES;
	const open = (
		node: Node,
	): [Grouped<SourceFigures>, [Node, SourceFigures][]] => {
		const all = largest(node);
		const kept = all.slice(0, Math.min(MOST_PARTS, left));
		left -= kept.length;
		const pairs = kept.map((part): [Node, SourceFigures] => {
			const [end, path] = endOfChain(part);
			const source = node.parts.get(keyOf(path));
			const isLikeSource = source !== undefined && source !== part;
			const name = isLikeSource ? `./${path}` : path;
			const { documents, rows, tokens, bytes } = part;
			return [
				end,
				{
					name,
					...{ documents, rows, tokens, share: share(part), bytes },
					parts: { entries: [], rest: restOf([...end.parts.values()]) },
				},
			];
		});
		return [
			{
				entries: pairs.map(([, figures]) => figures),
				rest: restOf(all.slice(kept.length)),
			},
			pairs,
		];
	};
	const [tree, waiting] = open(root);
	while (waiting.length > 0 && left > 0) {
		waiting.sort(([a], [b]) => size(b) - size(a));
		const [node, figures] = waiting.shift() as [Node, SourceFigures];
		if (node.parts.size === 0) continue;
		const [parts, more] = open(node);
		figures.parts = parts;
		waiting.push(...more);
	}
	return tree;
}

/** The last of directories that each have one entry, and their names together. */
function endOfChain(node: Node): [Node, string] {
	let end = node;
	const names = [node.name];
	while (end.parts.size === 1) {
		[end] = end.parts.values();
		names.push(end.name);
	}
	return [end, names.join("/")];
}

function restOf(nodes: readonly Node[]): Grouped<never>["rest"] {
	if (nodes.length === 0) return null;
	return {
		count: nodes.length,
		tokens: nodes.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0),
		rows: nodes.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
	};
}
