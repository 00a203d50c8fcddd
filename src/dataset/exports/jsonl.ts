import { BlockFile } from "./block-file.js";
import type { ExportFormat, ExportPart } from "./export-format.js";
import { JsonRows } from "./json-rows.js";
import { inShards } from "./shards.js";

const NEWLINE = new Uint8Array([10]);

/** JSON Lines: a row, or a document, a line. */
export const jsonl: ExportFormat<Record<never, never>> = {
	meaning: "JSON Lines: one row or document per line, as lists of numbers",
	options: {},
	shortRows: ["keep", "pad", "drop"],
	cutsRows: false,
	partsDocuments: true,
	borders: "the field `seq_lengths`",
	mask: "the field `loss_mask`",
	shardTokens: 2 ** 26,
	fault: () => null,
	notices: () => [],
	open({ source, part, files }) {
		const json = new JsonRows();
		return inShards(source, async (number) => {
			const file = new BlockFile(await files.create(pathOf(part, number)));
			return {
				add(row) {
					const writing = file.add(json.textOf(row));
					return writing === undefined
						? file.add(NEWLINE)
						: writing.then(() => file.add(NEWLINE));
				},
				close: () => file.close(),
			};
		});
	},
	reading: (part) => [
		`load_dataset("json", data_files="${part.directory}${part.split}-*.jsonl")`,
	],
};

function pathOf({ directory, split }: ExportPart, number: number): string {
	return `${directory}${split}-${String(number).padStart(5, "0")}.jsonl`;
}
