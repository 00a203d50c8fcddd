import { olmoBorders } from "./olmo/borders.js";
import type { InputFile, SourceFormat } from "./source.js";
import { besideOf } from "./tokens/beside.js";
import { partedByBorders } from "./tokens/by-borders.js";
import { eosNotice, partedByEos } from "./tokens/by-eos.js";
import { borderReasons, wrongSize } from "./tokens/faults.js";
import { eosId, tokenBytes } from "./tokens/options.js";
import { tokenTypes } from "./tokens/token-type.js";

const BORDERS = ".csv.gz";

const options = { eosId, tokenBytes };

const bordered = partedByBorders((storage, file) =>
	olmoBorders(storage, file, besideOf(file, BORDERS)?.path ?? ""),
);

const byEos = partedByEos({
	begins: false,
	async stream(_storage, { size, options = {} }) {
		const type = options.tokenBytes === "4" ? "uint32" : "uint16";
		const { width } = tokenTypes[type];
		return {
			offset: 0,
			type,
			tokens: Math.floor(size / width),
			fault:
				size % width === 0
					? null
					: wrongSize(`the file has ${size} bytes, no whole number of tokens`),
		};
	},
});

const waysOf = (file: InputFile) =>
	besideOf(file, BORDERS) === null ? byEos : bordered;

/**
 * Dolma's and OLMo's `.npy`: token ids of two or four bytes, without the head that NumPy
 * writes. `.csv.gz` has the first token of each document and the one after its last; without it
 * the id between documents ends each.
 */
export const olmo: SourceFormat & { options: typeof options } = {
	title: "token ids of OLMo and Dolma",
	extensions: [".npy"],
	content: "tokens",
	compressible: false,
	options,
	beside: [{ ending: ".npy", by: BORDERS, isNeeded: false }],
	fields: { text: "tokens", id: "id", fixed: true },
	reasons: borderReasons,
	describePlace: (path, document) => `${path}, document ${document}`,
	notice: (file) => (besideOf(file, BORDERS) === null ? eosNotice(file) : null),
	divide: (storage, file) => waysOf(file).divide(storage, file),
	numbersBefore: (storage, file, span) =>
		waysOf(file).numbersBefore(storage, file, span),
	read: (storage, file, span, wanted) =>
		waysOf(file).read(storage, file, span, wanted),
};
