import { registry } from "../core/registry.js";

/** A programming language whose files are parsed. */
export interface Language {
	/** The names of its grammars: a file is read by the first that takes it. */
	readonly grammars: readonly string[];
	/** Endings of its files, in small letters. */
	readonly endings: readonly string[];
}

const entries = {
	python: { grammars: ["python"], endings: [".py", ".pyi"] },
	javascript: {
		grammars: ["javascript"],
		endings: [".js", ".mjs", ".cjs", ".jsx"],
	},
	typescript: { grammars: ["typescript"], endings: [".ts", ".mts", ".cts"] },
	tsx: { grammars: ["tsx"], endings: [".tsx"] },
	java: { grammars: ["java"], endings: [".java"] },
	// Headers of this ending may be of C++.
	c: { grammars: ["c", "cpp"], endings: [".c", ".h"] },
	"c++": {
		grammars: ["cpp"],
		endings: [".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"],
	},
	go: { grammars: ["go"], endings: [".go"] },
	rust: { grammars: ["rust"], endings: [".rs"] },
};

/** The languages whose syntax is known. */
export const languages = registry<keyof typeof entries, Language>(
	"language",
	entries,
);

/** The language of a file, by its ending; null where it is not known. */
export function languageOf(path: string): Language | null {
	const name = path.toLowerCase();
	const found = languages
		.entries()
		.find(([, { endings }]) => endings.some((ending) => name.endsWith(ending)));
	return found?.[1] ?? null;
}
