import type { ExportFormat, ExportPart } from "./export-format.js";
import { both, NumberFile } from "./number-file.js";
import { shortIdFault, tokenWidth, widthOf } from "./options.js";
import { inShards } from "./shards.js";

const options = { tokenWidth };

/**
 * datatrove's `.ds`, which has ids; `.ds.index` the end of each sequence or document, in tokens; `.ds.loss` a
 * byte a token, 1 for labels; `.ds.metadata` the bytes of an id and how many there are.
 */
export const datatrove: ExportFormat<typeof options> = {
	meaning:
		"datatrove and nanotron: .ds with ids, and .index, .metadata and .loss beside it",
	options,
	shortRows: ["pad", "drop"],
	cutsRows: true,
	partsDocuments: true,
	borders: ".ds.index",
	mask: ".ds.loss",
	shardTokens: null,
	fault: (source, { tokenWidth }) =>
		tokenWidth === "2" ? shortIdFault(source) : null,

	notices: ({ isDocuments, plusOne }) =>
		isDocuments || plusOne
			? []
			: [
					"what reads it takes seq_len + 1 tokens a row: ask it for one less than the tokens of a row, or build rows with a token more",
				],

	open: ({ source, part, files, options }) =>
		inShards(source, async (number) => {
			const path = pathOf(part, number);
			const width = widthOf(source, options.tokenWidth);
			const ids = new NumberFile(await files.create(path), width);
			const ends = new NumberFile(await files.create(`${path}.index`), 8);
			const loss = source.isMasked
				? new NumberFile(await files.create(`${path}.loss`), 1)
				: null;
			let tokens = 0;
			const addEnds = (lengths: Int32Array) =>
				ends.add(Float64Array.from(lengths, (length) => (tokens += length)));
			return {
				add: (row) =>
					both(
						both(ids.add(row.ids), addEnds(row.seqLengths)),
						row.lossMask === null ? undefined : loss?.add(row.lossMask),
					),
				async close() {
					for (const file of [ids, ends, loss]) await file?.close();
					await files.write(
						`${path}.metadata`,
						`sha256:${source.tokenizer}|${width}\n${tokens}\n${tokens} T`,
					);
				},
			};
		}),

	reading: ({ directory, split, rowLength }, source, { tokenWidth }) => [
		`DatatroveFolderDataset("${directory}${split}", seq_len=${rowLength === null ? "..." : rowLength - 1}, token_size=${widthOf(source, tokenWidth)}, return_positions=True)`,
	],
};

function pathOf({ directory, split }: ExportPart, number: number): string {
	return `${directory}${split}/${String(number).padStart(5, "0")}_unshuffled.ds`;
}
