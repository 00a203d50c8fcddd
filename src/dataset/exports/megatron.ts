import { Int32Buffer } from "../../core/buffers.js";
import type {
	ExportFile,
	ExportFiles,
	ExportFormat,
	ExportPart,
} from "./export-format.js";
import { NumberFile } from "./number-file.js";
import { shortIdFault, tokenWidth } from "./options.js";
import { type ExportShard, inShards } from "./shards.js";

const MAGIC = "MMIDIDX\0\0";
/** Bytes of the head of an index. */
const HEAD = 34;
/** The codes of the types of ids, by their bytes: uint16 and int32. */
const CODES = { 2: 8, 4: 4 } as const;
/** From this vocabulary on Megatron's own writer takes four bytes. */
const FOUR_BYTES_FROM = 65500;

const options = { tokenWidth };

/**
 * Megatron's IndexedDataset: `.bin` has the ids, `.idx` the lengths and the borders. A row, or a
 * document, is a sequence and a document by itself. Memory: four bytes a row, until the end.
 */
export const megatron: ExportFormat<typeof options> = {
	meaning:
		"Megatron-LM, NeMo, GPT-NeoX: an IndexedDataset, .bin and .idx, for each split",
	options,
	shortRows: ["pad", "drop", "keep"],
	cutsRows: true,
	partsDocuments: true,
	borders: null,
	mask: null,
	shardTokens: null,
	fault: (source, { tokenWidth }) =>
		tokenWidth === "2" ? shortIdFault(source) : null,

	notices: ({ isDocuments, isOrdered, plusOne, shortRows }) => [
		...(plusOne
			? [
					"GPTDataset shifts the targets of a row within it, so that it trains on as many tokens without the one more",
				]
			: []),
		...(isDocuments || shortRows !== "keep"
			? []
			: [
					"GPTDataset cuts all tokens into rows of one length again: with short rows kept, its rows are not these",
				]),
		...(isOrdered
			? [
					"GPTDataset shuffles its samples: the order of the plan is that of the file, and not of training",
				]
			: []),
	],

	open({ source, part, files, options }) {
		const usual = source.vocabSize < FOUR_BYTES_FROM ? "2" : "4";
		const width = (options.tokenWidth ?? usual) === "2" ? 2 : 4;
		return inShards(source, (number) =>
			openShard(files, prefixOf(part, source.shardTokens, number), width),
		);
	},

	reading(part, { shardTokens, isDocuments, shortRows }) {
		const blend = `blend=(["${prefixOf(part, shardTokens, 0)}"], None)`;
		if (isDocuments || part.rowLength === null || shortRows === "keep")
			return [`GPTDatasetConfig(${blend})`];
		return [
			`GPTDatasetConfig(${blend}, sequence_length=${part.rowLength}, add_extra_token_to_sequence=False,`,
			"    reset_position_ids=True, reset_attention_mask=True, eod_mask_loss=True)",
			"# with add_extra_token_to_sequence=True every row would be trained to begin the next",
		];
	},
};

/** The path of a dataset without the ending, as Megatron names it. */
function prefixOf(
	{ directory, split }: ExportPart,
	shardTokens: number | null,
	number: number,
): string {
	const shard =
		shardTokens === null ? "" : `_${String(number).padStart(5, "0")}`;
	return `${directory}${split}${shard}_text_document`;
}

async function openShard(
	files: ExportFiles,
	prefix: string,
	width: 2 | 4,
): Promise<ExportShard> {
	const ids = new NumberFile(await files.create(`${prefix}.bin`), width);
	const lengths = new Int32Buffer();
	return {
		add(row) {
			lengths.push(row.ids.length);
			return ids.add(row.ids);
		},
		async close() {
			await ids.close();
			const index = await files.create(`${prefix}.idx`);
			await writeIndex(index, lengths.view(), width);
		},
	};
}

async function writeIndex(
	file: ExportFile,
	lengths: Int32Array,
	width: 2 | 4,
): Promise<void> {
	const count = lengths.length;
	const head = Buffer.alloc(HEAD);
	head.write(MAGIC, "latin1");
	head.writeBigUInt64LE(1n, 9);
	head[17] = CODES[width];
	head.writeBigUInt64LE(BigInt(count), 18);
	head.writeBigUInt64LE(BigInt(count + 1), 26);
	await file.write(head);
	await file.write(
		new Uint8Array(lengths.buffer, lengths.byteOffset, lengths.byteLength),
	);
	const places = new NumberFile(file, 8);
	const place = [0];
	for (const length of lengths) {
		await places.add(place);
		place[0] += length * width;
	}
	for (place[0] = 0; place[0] <= count; place[0]++) await places.add(place);
	await places.close();
}
