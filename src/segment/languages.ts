import { registry } from "../core/registry.js";

/** A programming language whose files are parsed. */
export interface Language {
	/** The name of its grammar. */
	readonly grammar: string;
	/** Endings of its files, in small letters. */
	readonly endings: readonly string[];
}

const entries = {
	python: { grammar: "python", endings: [".py", ".pyi"] },
	javascript: {
		grammar: "javascript",
		endings: [".js", ".mjs", ".cjs", ".jsx"],
	},
	typescript: { grammar: "typescript", endings: [".ts", ".mts", ".cts"] },
	tsx: { grammar: "tsx", endings: [".tsx"] },
	java: { grammar: "java", endings: [".java"] },
	// Its grammar takes what that of C does, but for parameters in the style of before 1989.
	c: { grammar: "cpp", endings: [".c", ".h"] },
	"c++": {
		grammar: "cpp",
		endings: [".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"],
	},
	go: { grammar: "go", endings: [".go"] },
	rust: { grammar: "rust", endings: [".rs"] },
};

/** The languages whose syntax is known. */
export const languages = registry<keyof typeof entries, Language>(
	"language",
	entries,
);

/** The grammar of the language of a file, by its ending; null where it is not known. */
export function grammarOf(path: string): string | null {
	const name = path.toLowerCase();
	const found = languages
		.entries()
		.find(([, { endings }]) => endings.some((ending) => name.endsWith(ending)));
	return found?.[1].grammar ?? null;
}
