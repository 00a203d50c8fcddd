import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Parser, Tree } from "@vscode/tree-sitter-wasm";
import { optionName, UsageError } from "../../core/errors.js";
import { languages } from "../../segment/languages.js";

/** The package that has parsers of source code: 22 MB, which only who wants them installs. */
const PACKAGE = "@vscode/tree-sitter-wasm";
const VERSION = "0.3.1";

/** Longer texts would take gigabytes of memory to parse. */
const MOST_BYTES = 16 * 2 ** 20;

/** Parses source code. */
export interface CodeParser {
	/** The syntax tree of a text, to be deleted after use; null where the text is no such code. */
	parse(text: Uint8Array, grammar: string): Tree | null;
}

let known: Promise<CodeParser> | null = null;

/**
 * The parser of all languages, loaded once a thread.
 * @throws UsageError `missing-package`
 */
export function loadParser(): Promise<CodeParser> {
	known ??= load();
	return known;
}

async function load(): Promise<CodeParser> {
	const { tree, directory } = await findPackage();
	await tree.Parser.init({
		locateFile: (name: string) => join(directory, name),
	});
	const parsers = new Map<string, Parser>();
	const grammars = languages.entries().map(([, { grammar }]) => grammar);
	for (const grammar of new Set(grammars)) {
		const path = join(directory, `tree-sitter-${grammar}.wasm`);
		const parser = new tree.Parser();
		parser.setLanguage(await tree.Language.load(await readFile(path)));
		parsers.set(grammar, parser);
	}
	const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	return {
		parse(text, grammar) {
			if (text.length > MOST_BYTES) return null;
			const tree = parsers.get(grammar)?.parse(decoder.decode(text)) ?? null;
			if (tree?.rootNode.hasError !== true) return tree;
			tree.delete();
			return null;
		},
	};
}

async function findPackage() {
	try {
		const directory = dirname(createRequire(import.meta.url).resolve(PACKAGE));
		// A module of CommonJS, whose exports are its default one.
		const { default: tree } = (await import(PACKAGE)) as {
			default: typeof import("@vscode/tree-sitter-wasm");
		};
		return { tree, directory };
	} catch (error) {
		throw new UsageError(
			"missing-package",
			`${optionName("segment")} needs parsers of source code for units of syntax, which are in a package of their own (${(error as Error).message.split("\n")[0]}): npm install ${PACKAGE}@${VERSION}.`,
		);
	}
}
