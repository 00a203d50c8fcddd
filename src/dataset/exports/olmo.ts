import { gzipSync } from "node:zlib";
import type {
	ExportFile,
	ExportFormat,
	ExportPart,
	ExportRow,
} from "./export-format.js";
import { both, NumberFile } from "./number-file.js";
import { shortIdFault, tokenWidth, widthOf } from "./options.js";
import { inShards } from "./shards.js";

/** Letters of borders that are compressed together, as a member of the gzip file. */
const BLOCK = 1 << 20;

const options = { tokenWidth };

/**
 * Dolma's and OLMo's `.npy`, which has ids and no header; `.csv.gz` has the first token of each sequence
 * or document, the one after its last, and its id; `.label-mask` a byte a token, 1 for labels.
 */
export const olmo: ExportFormat<typeof options> = {
	meaning:
		"OLMo-core and dolma: .npy with ids and no header, .csv.gz with borders, and label masks",
	options,
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: true,
	borders: ".csv.gz",
	mask: ".label-mask",
	shardTokens: 2 ** 29,
	fault: (source, { tokenWidth }) =>
		tokenWidth === "2" ? shortIdFault(source) : null,

	notices: ({ isDocuments }) => [
		isDocuments
			? "OLMo-core cuts away what of a document is longer than its sequences, unless long_doc_strategy says fragment"
			: "OLMo-core looks for borders at EOS and not in .csv.gz, and cuts away what it takes for too long, unless use_array_if_local is False; its packed dataset then packs the sequences again",
	],

	open: ({ source, part, files, options }) =>
		inShards(source, async (number) => {
			const path = pathOf(part, number);
			const width = widthOf(source, options.tokenWidth);
			const ids = new NumberFile(await files.create(`${path}.npy`), width);
			const borders = new BordersFile(await files.create(`${path}.csv.gz`));
			const mask = source.isMasked
				? new NumberFile(await files.create(`${path}.label-mask`), 1)
				: null;
			return {
				add: (row) =>
					both(
						both(ids.add(row.ids), borders.add(row)),
						row.lossMask === null ? undefined : mask?.add(row.lossMask),
					),
				async close() {
					await ids.close();
					await borders.close();
					await mask?.close();
				},
			};
		}),

	reading({ directory, split, rowLength }, source, { tokenWidth }) {
		const files = `"${directory}${split}/*`;
		const mask = source.isMasked
			? `label_mask_paths=[${files}.label-mask"], `
			: "";
		const bits = 8 * widthOf(source, tokenWidth);
		return [
			`NumpyPackedFSLDatasetConfig(paths=[${files}.npy"], ${mask}expand_glob=True, dtype=NumpyDatasetDType.uint${bits},`,
			`    use_array_if_local=False, ${rowLength === null ? "long_doc_strategy=LongDocStrategy.fragment" : `sequence_length=${rowLength}`})`,
		];
	},
};

function pathOf({ directory, split }: ExportPart, number: number): string {
	return `${directory}${split}/part-${String(number).padStart(5, "0")}`;
}

/** Writes the borders of a file: a line a sequence, with its first token, the one after its last, and its document. */
class BordersFile {
	readonly #file: ExportFile;
	#lines = "";
	#tokens = 0;

	constructor(file: ExportFile) {
		this.#file = file;
	}

	add({ seqLengths, docIds }: ExportRow): Promise<void> | undefined {
		for (let i = 0; i < seqLengths.length; i++) {
			const start = this.#tokens;
			this.#tokens += seqLengths[i];
			const id = docIds === null || docIds[i] < 0n ? "" : docIds[i];
			this.#lines += `${start},${this.#tokens},${id},,\r\n`;
		}
		return this.#lines.length < BLOCK ? undefined : this.#flush();
	}

	async close(): Promise<void> {
		await this.#flush();
		await this.#file.close();
	}

	async #flush(): Promise<void> {
		const lines = this.#lines;
		this.#lines = "";
		await this.#file.write(gzipSync(lines));
	}
}
