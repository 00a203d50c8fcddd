import { text as textOption } from "../core/option.js";
import { utf8Reasons } from "./bytes/utf8.js";
import type { InputFile, SourceFormat } from "./source.js";
import { linesBefore, readPieces } from "./text/pieces.js";
import { readWholeFile } from "./text/whole-file.js";

const options = {
	separator: textOption({
		placeholder: "text",
		defaultText: "none: a text file is a document",
		help: "the text between the documents of a text file; \\n is a newline, \\t a tab",
	}),
};

/** Plain text: a file is a document, and its id is its source; or what stands between separators is one. */
export const text: SourceFormat & { options: typeof options } = {
	title: "plain text, one document per file or between separators",
	extensions: [".txt", ".text"],
	anyText: true,
	compressible: true,
	options,
	fields: { text: "text", id: "source", fixed: true },
	reasons: utf8Reasons,
	describePlace: (path, line) => `${path}:${line}`,
	inSequence: (file) => separatorOf(file) !== null,
	divide: async (_storage, file) =>
		separatorOf(file) === null
			? { parts: [file.size] }
			: { anywhere: file.size },
	numbersBefore: async (storage, file, { start }) =>
		separatorOf(file) === null ? 0 : linesBefore(storage, file, start),
	read(storage, file, span, wanted) {
		const separator = separatorOf(file);
		return separator === null
			? readWholeFile(storage, file, wanted)
			: readPieces(storage, file, span, separator, wanted);
	},
};

/** The bytes between documents; null where a file is one. */
function separatorOf({ options }: InputFile): Buffer | null {
	const given = options?.separator;
	if (typeof given !== "string") return null;
	const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
	return Buffer.from(
		given.replace(/\\(.)/gs, (_, letter) => escapes[letter] ?? letter),
	);
}
