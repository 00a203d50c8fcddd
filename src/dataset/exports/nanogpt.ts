import type { ExportFormat, ExportPart } from "./export-format.js";
import { NumberFile } from "./number-file.js";
import { shortIdFault } from "./options.js";
import { inShards } from "./shards.js";
import { shortSplitName } from "./split-names.js";

const pathOf = ({ directory, split }: ExportPart) =>
	`${directory}${shortSplitName(split)}.bin`;

/** nanoGPT's `train.bin` and `val.bin`: ids of two bytes, and nothing else. */
export const nanogpt: ExportFormat<Record<never, never>> = {
	meaning: "nanoGPT: train.bin and val.bin, two-byte ids one after the other",
	options: {},
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: false,
	borders: null,
	mask: null,
	fault: (source) => shortIdFault(source),
	notices: ({ isDocuments }) =>
		isDocuments
			? []
			: ["nanoGPT takes runs of tokens from anywhere: its rows are not these"],
	open: ({ part, files }) =>
		inShards({ shardTokens: null, shardRows: null }, async () => {
			const ids = new NumberFile(await files.create(pathOf(part)), 2);
			return { add: (row) => ids.add(row.ids), close: () => ids.close() };
		}),
	reading: (part) => [
		`np.memmap("${pathOf(part)}", dtype=np.uint16, mode="r")`,
	],
};
