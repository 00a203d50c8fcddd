import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Parser, Tree } from "@vscode/tree-sitter-wasm";
import { optionName, UsageError } from "../../core/errors.js";
import { languages } from "../../segment/languages.js";

/** A package of grammars in WebAssembly, which only who wants them installs. */
interface GrammarPackage {
	readonly name: string;
	readonly version: string;
	/** A file of it, which Node finds, and from there the directory of its grammars. */
	readonly file: string;
	readonly directory: string;
}

/** The parser itself, and most grammars: 22 MB. */
const PARSER: GrammarPackage = {
	name: "@vscode/tree-sitter-wasm",
	version: "0.3.1",
	file: "@vscode/tree-sitter-wasm",
	directory: ".",
};

/** Grammars that it does not have, of another package of 24 MB. */
const OTHERS: Readonly<Record<string, GrammarPackage>> = {
	c: {
		name: "@repomix/tree-sitter-wasms",
		version: "0.1.17",
		file: "@repomix/tree-sitter-wasms/package.json",
		directory: "out",
	},
};

/** Longer texts would take gigabytes of memory to parse. */
const MOST_BYTES = 16 * 2 ** 20;

/** Parses source code. */
export interface CodeParser {
	/**
	 * The syntax tree of a text by the first grammar that takes it, to be deleted after use; null
	 * where none does.
	 * @throws UsageError `missing-package`
	 */
	parse(text: Uint8Array, grammars: readonly string[]): Tree | null;
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
	const directory = directoryOf(PARSER);
	// A module of CommonJS, whose exports are its default one.
	const { default: tree } = (await import(PARSER.name)) as {
		default: typeof import("@vscode/tree-sitter-wasm");
	};
	await tree.Parser.init({
		locateFile: (name: string) => join(directory, name),
	});
	const parsers = new Map<string, Parser | UsageError>();
	const open = async (grammar: string): Promise<Parser> => {
		const from = directoryOf(OTHERS[grammar] ?? PARSER);
		const path = join(from, `tree-sitter-${grammar}.wasm`);
		const parser = new tree.Parser();
		parser.setLanguage(await tree.Language.load(await readFile(path)));
		return parser;
	};
	const grammars = languages.entries().flatMap(([, { grammars }]) => grammars);
	for (const grammar of new Set(grammars))
		parsers.set(
			grammar,
			await open(grammar).catch((error) => {
				if (error instanceof UsageError) return error;
				throw error;
			}),
		);
	const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	return {
		parse(text, grammars) {
			if (text.length > MOST_BYTES) return null;
			const code = decoder.decode(text);
			for (const grammar of grammars) {
				const parser = parsers.get(grammar);
				// What nobody needs need not be there.
				if (parser instanceof UsageError) throw parser;
				const tree = parser?.parse(code) ?? null;
				if (tree?.rootNode.hasError === false) return tree;
				tree?.delete();
			}
			return null;
		},
	};
}

/** Where the grammars of a package are. @throws UsageError `missing-package` */
function directoryOf({ file, directory }: GrammarPackage): string {
	try {
		const found = createRequire(import.meta.url).resolve(file);
		return join(dirname(found), directory);
	} catch (error) {
		const all = [PARSER, ...Object.values(OTHERS)];
		const install = all.map(({ name, version }) => `${name}@${version}`);
		throw new UsageError(
			"missing-package",
			`${optionName("segment")} needs parsers of source code for units of syntax, which are in packages of their own (${(error as Error).message.split("\n")[0]}): npm install ${install.join(" ")}.`,
		);
	}
}
