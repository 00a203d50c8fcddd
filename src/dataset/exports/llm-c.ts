import { TRAIN } from "../splits.js";
import type { ExportFormat, ExportPart } from "./export-format.js";
import { HeldFile } from "./held-file.js";
import { NumberFile } from "./number-file.js";
import { SHORT_IDS } from "./options.js";
import { inShards } from "./shards.js";
import { shortSplitName } from "./split-names.js";

/** Bytes of the head: 256 numbers of four bytes, of which the first three mean something. */
const HEAD = 1024;
/** How files of two and of four bytes an id begin. */
const SHORT = { magic: 20240520, version: 1, width: 2 } as const;
const LONG = { magic: 20240801, version: 7, width: 4 } as const;

/** Shards of llm.c and modded-nanogpt: a head, then ids. A shard is held until its tokens are counted. */
export const llmC: ExportFormat<Record<never, never>> = {
	meaning:
		"llm.c and modded-nanogpt: .bin shards with a header; ids of two bytes, or of four, as for Llama 3",
	options: {},
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: false,
	borders: null,
	mask: null,
	shardTokens: 2 ** 26,
	fault: ({ shardTokens }) =>
		(shardTokens ?? 0) >= 2 ** 31
			? `the head of a file says its tokens in four bytes, fewer than ${2 ** 31}`
			: null,
	notices: ({ isDocuments, vocabSize }) => [
		...(isDocuments
			? []
			: ["llm.c takes all tokens as one run: its rows are not these"]),
		...(vocabSize > SHORT_IDS
			? [
					"with this vocabulary the files are those of llm.c for Llama 3, which modded-nanogpt does not read",
				]
			: []),
	],

	open: ({ source, part, files }) =>
		inShards(source, async (number) => {
			const { magic, version, width } =
				source.vocabSize > SHORT_IDS ? LONG : SHORT;
			const held = new HeldFile();
			const ids = new NumberFile(held, width);
			return {
				add: (row) => ids.add(row.ids),
				async close() {
					await ids.close();
					const head = Buffer.alloc(HEAD);
					head.writeInt32LE(magic, 0);
					head.writeInt32LE(version, 4);
					head.writeInt32LE(ids.count, 8);
					const file = await files.create(pathOf(part, number));
					await file.write(head);
					await held.copyTo(file);
					await file.close();
				},
			};
		}),

	reading: ({ directory, split }) => [
		`./train_gpt2cu -${split === TRAIN ? "i" : "j"} "${directory}${shortSplitName(split)}_*.bin"`,
	],
};

function pathOf({ directory, split }: ExportPart, number: number): string {
	return `${directory}${shortSplitName(split)}_${String(number).padStart(6, "0")}.bin`;
}
