import { BlockFile } from "./block-file.js";
import type { ExportFormat, ExportPart } from "./export-format.js";
import { JsonRows } from "./json-rows.js";
import { inShards } from "./shards.js";

const BLOCK = 512;

/** WebDataset: a tar of JSON files, each a row or a document; webdataset decodes them by default. */
export const webdataset: ExportFormat<Record<never, never>> = {
	meaning: "WebDataset: tars with one JSON file per row or document",
	options: {},
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: true,
	borders: "`seq_lengths` in the JSON",
	mask: "`loss_mask` in the JSON",
	shardTokens: 2 ** 24,
	fault: () => null,
	notices: () => [],
	open({ source, part, files }) {
		const json = new JsonRows();
		let key = 0;
		return inShards(source, async (number) => {
			const file = new BlockFile(await files.create(pathOf(part, number)));
			return {
				add(row) {
					const text = json.textOf(row);
					const name = `${String(key++).padStart(9, "0")}.json`;
					const bytes = new Uint8Array(
						BLOCK + BLOCK * Math.ceil(text.length / BLOCK),
					);
					bytes.set(headerOf(name, text.length));
					bytes.set(text, BLOCK);
					return file.add(bytes);
				},
				async close() {
					await file.add(new Uint8Array(2 * BLOCK));
					await file.close();
				},
			};
		});
	},
	reading: (part) => [
		`wds.WebDataset("${pathOf(part, 0)}", shardshuffle=False).decode() # row["json"]["input_ids"]`,
	],
};

function pathOf({ directory, split }: ExportPart, number: number): string {
	return `${directory}${split}-${String(number).padStart(6, "0")}.tar`;
}

/** The header of a file in a tar, as POSIX has it (ustar). */
function headerOf(name: string, size: number): Buffer {
	const header = Buffer.alloc(BLOCK);
	header.write(name, 0, "latin1");
	header.write("0000644\0", 100, "latin1");
	header.write("0000000\0", 108, "latin1");
	header.write("0000000\0", 116, "latin1");
	header.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
	header.write("00000000000\0", 136, "latin1");
	// The sum of all bytes, those of the sum itself taken for spaces.
	header.write("        ", 148, "latin1");
	header.write("0", 156, "latin1");
	header.write("ustar\x0000", 257, "latin1");
	const sum = header.reduce((all, byte) => all + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
	return header;
}
