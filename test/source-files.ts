// The source files as syntax trees, for tests of what they may say.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseSync } from "rolldown/utils";
import { root } from "./helpers.js";

/** A node of an ESTree. */
export interface Node {
	type: string;
	start: number;
	[key: string]: unknown;
}

export interface SourceFile {
	/** Below the project: `src/pack/x.ts`. */
	path: string;
	text: string;
	/** Every node, with its parent. */
	nodes: { node: Node; parent: Node | null }[];
	/** Files that it imports or exports from, types too. */
	imports: string[];
	/** Packages and modules of Node that it imports. */
	packages: string[];
}

export function sourceFiles(tops: readonly string[]): SourceFile[] {
	return tops
		.flatMap((top) =>
			readdirSync(join(root, top), { recursive: true, encoding: "utf8" })
				.filter((path) => path.endsWith(".ts"))
				.map((path) => join(top, path)),
		)
		.sort()
		.map((path) => sourceFile(path, readFileSync(join(root, path), "utf8")));
}

export function sourceFile(path: string, text: string): SourceFile {
	const { program, errors } = parseSync(path, text);
	if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
	const nodes = [...nodesOf(program as unknown as Node, null)];
	const names = nodes.flatMap(({ node }) => importedBy(node));
	return {
		path,
		text,
		nodes,
		imports: names
			.filter((name) => name.startsWith("."))
			.map((name) =>
				normalize(join(dirname(path), name)).replace(/\.js$/, ".ts"),
			),
		packages: names.filter((name) => !name.startsWith(".")),
	};
}

function* nodesOf(
	node: Node,
	parent: Node | null,
): Generator<{ node: Node; parent: Node | null }> {
	yield { node, parent };
	for (const value of Object.values(node))
		for (const child of Array.isArray(value) ? value : [value])
			if (typeof child?.type === "string") yield* nodesOf(child, node);
}

function importedBy({ type, source }: Node): string[] {
	const imports = [
		"ImportDeclaration",
		"ExportNamedDeclaration",
		"ExportAllDeclaration",
		"ImportExpression",
		"TSImportType",
	];
	const name = (source as Node | null | undefined)?.value;
	return imports.includes(type) && typeof name === "string" ? [name] : [];
}

/** The text of a string or of a piece of a template; null for other nodes. */
export function stringOf(node: Node): string | null {
	if (node.type === "Literal" && typeof node.value === "string")
		return node.value;
	if (node.type === "TemplateElement")
		return (node.value as { cooked: string }).cooked;
	return null;
}

/** Groups of files that import each other in a circle, each group sorted. */
export function circles(files: readonly SourceFile[]): string[][] {
	const imports = new Map(files.map(({ path, imports }) => [path, imports]));
	const reached = new Map(
		files.map(({ path }) => [path, reachableFrom(path, imports)]),
	);
	const groups = new Map<string, string[]>();
	for (const [path, reaches] of reached) {
		if (!reaches.has(path)) continue;
		const group = [...reaches]
			.filter((other) => reached.get(other)?.has(path))
			.sort();
		groups.set(group.join(), group);
	}
	return [...groups.values()];
}

/** The files on any way that begins with an import of `start`. */
function reachableFrom(
	start: string,
	imports: ReadonlyMap<string, readonly string[]>,
): Set<string> {
	const found = new Set<string>();
	const open = [...(imports.get(start) ?? [])];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (found.has(next)) continue;
		found.add(next);
		open.push(...(imports.get(next) ?? []));
	}
	return found;
}
