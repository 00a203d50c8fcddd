import { utf8Reasons } from "./bytes/utf8.js";
import type { SourceFormat } from "./source.js";
import { readWholeFile } from "./text/whole-file.js";

/** Markdown: a file is a document, and its id is its source. */
export const markdown: SourceFormat = {
	title: "Markdown, one document per file",
	extensions: [".md", ".markdown"],
	anyText: true,
	// Beside data such a file is most often about it: README.md, LICENSE.md.
	onlyAlone: true,
	compressible: true,
	fields: { text: "text", id: "source", fixed: true },
	reasons: utf8Reasons,
	describePlace: (path, line) => `${path}:${line}`,
	divide: async (_storage, { size }) => ({ parts: [size] }),
	numbersBefore: async () => 0,
	read: (storage, file, _span, wanted) => readWholeFile(storage, file, wanted),
};
