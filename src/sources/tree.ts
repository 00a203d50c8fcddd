import { flag, text as textOption } from "../core/option.js";
import { isLfsPointer } from "../storage/lfs-pointer.js";
import { utf8Reasons } from "./bytes/utf8.js";
import { isText } from "./find/head.js";
import type { SourceFormat } from "./source.js";
import { readWholeFile } from "./text/whole-file.js";

const findOptions = {
	ignore: textOption({
		placeholder: "file",
		help: "a file with patterns of what to leave out, in the format of .gitignore",
		defaultText: "nothing is left out",
	}),
	groupByDirectory: flag({
		default: false,
		help: "make one document from all files of each directory directly below an input, such as a repository",
	}),
};

/** Trees of source code and other text: whatever is text is a document, and its id is its source. */
export const tree: SourceFormat & { findOptions: typeof findOptions } = {
	title: "source trees: every file that is text, whatever its name",
	extensions: [],
	anyText: true,
	compressible: false,
	findOptions,
	fields: { text: "text", id: "source", fixed: true },
	reasons: utf8Reasons,
	leaveOut(head, size) {
		if (isLfsPointer(head, size)) return "git-lfs-pointer";
		return isText(head, head.length === size) ? null : "binary";
	},
	describePlace: (path, line) => `${path}:${line}`,
	divide: async (_storage, { size }) => ({ parts: [size] }),
	numbersBefore: async () => 0,
	read: (storage, file, _span, wanted) => readWholeFile(storage, file, wanted),
};
