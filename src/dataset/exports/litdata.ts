import { Int32Buffer } from "../../core/buffers.js";
import type { ExportFormat } from "./export-format.js";
import { HeldFile } from "./held-file.js";
import { NumberFile } from "./number-file.js";
import { shortIdFault, tokenWidth, widthOf } from "./options.js";
import { pythonJson } from "./python-json.js";
import { inShards } from "./shards.js";

/** The numbers that stand for the types of ids: uint16 and int32. */
const TYPES = { 2: 5, 4: 2 } as const;
/** How litdata describes items that are one array each. */
const DATA_SPEC = '[1, {"type": null, "context": null, "children_spec": []}]';

const options = { tokenWidth };

/**
 * litdata's chunks, as `TokensLoader` reads them: how many items there are, where each begins and the
 * last ends, their ids; `index.json` lists the chunks. A chunk is held until it is full.
 */
export const litdata: ExportFormat<typeof options> = {
	meaning:
		"litdata and LitGPT: chunks of tokens with index.json, for TokensLoader",
	options,
	shortRows: ["pad", "drop"],
	cutsRows: true,
	partsDocuments: false,
	borders: null,
	mask: null,
	shardTokens: 2 ** 24,
	fault: (source, { tokenWidth }) =>
		tokenWidth === "2" ? shortIdFault(source) : null,
	notices: ({ isDocuments }) =>
		isDocuments
			? [
					"TokensLoader cuts the tokens of a chunk into blocks of one length, and leaves out those after the last block of each",
				]
			: [],

	open({ source, part, files, options }) {
		const directory = `${part.directory}${part.split}/`;
		const width = widthOf(source, options.tokenWidth);
		const chunks: Chunk[] = [];
		return inShards(
			source,
			async (number) => {
				const held = new HeldFile();
				const ids = new NumberFile(held, width);
				const lengths = new Int32Buffer();
				return {
					add(row) {
						lengths.push(row.ids.length);
						return ids.add(row.ids);
					},
					async close() {
						await ids.close();
						const head = headOf(lengths.view(), width);
						const filename = `chunk-0-${number}.bin`;
						const file = await files.create(directory + filename);
						await file.write(new Uint8Array(head.buffer));
						await held.copyTo(file);
						await file.close();
						chunks.push({
							chunk_bytes: held.bytes,
							chunk_size: lengths.length,
							dim: ids.count,
							filename,
						});
					},
				};
			},
			async () => {
				const index = pythonJson(indexOf(chunks, width));
				await files.write(`${directory}index.json`, index);
			},
		);
	},

	reading: ({ directory, split, rowLength }) => [
		`StreamingDataset("${directory}${split}", item_loader=TokensLoader(block_size=${rowLength ?? "..."}))`,
	],
};

interface Chunk {
	chunk_bytes: number;
	chunk_size: number;
	dim: number;
	filename: string;
}

/** How many items there are, the byte that each begins at, and the one after the last. */
function headOf(lengths: Int32Array, width: number): Uint32Array {
	const head = new Uint32Array(lengths.length + 2);
	head[0] = lengths.length;
	head[1] = 4 * head.length;
	lengths.forEach((length, i) => {
		head[i + 2] = head[i + 1] + length * width;
	});
	return head;
}

function indexOf(chunks: readonly Chunk[], width: 2 | 4): object {
	return {
		chunks,
		config: {
			chunk_bytes: Math.max(0, ...chunks.map((chunk) => chunk.chunk_bytes)),
			chunk_size: null,
			compression: null,
			data_format: [`no_header_numpy:${TYPES[width]}`],
			data_spec: DATA_SPEC,
			encryption: null,
			item_loader: "TokensLoader",
		},
		// A time, by litdata; the same rows give the same bytes here.
		updated_at: "0",
	};
}
