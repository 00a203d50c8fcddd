import fc from "fast-check";
import { expect, test } from "vitest";
import { listLengths, TokenBatchBuilder } from "../../src/core/token-batch.js";
import {
	documentId,
	numberOfDocument,
	packedRows,
	packedWindow,
	taskOfDocument,
} from "../../src/dataset/rows.js";
import { decomposeDocuments } from "../../src/decompose/decompose-documents.js";
import { pack } from "../../src/pack/pack.js";
import { columnOf } from "../../src/tables/columns.js";

const documents = fc.array(fc.array(fc.nat(60_000), { maxLength: 40 }));

test("rows hold each document's tokens once, in batches of the size asked for", () => {
	fc.assert(
		fc.property(
			documents,
			fc.integer({ min: 1, max: 20 }),
			fc.integer({ min: 1, max: 5 }),
			fc.nat(2 ** 21),
			fc.nat(2 ** 31),
			(lists, seqLen, batchRows, task, firstDocument) => {
				const builder = new TokenBatchBuilder();
				for (const list of lists) {
					builder.ids.append(list);
					builder.endList();
				}
				const batch = builder.view();
				const { pieces } = decomposeDocuments(listLengths(batch.offsets), {
					name: "split",
					maxLength: seqLen,
				});
				const packing = pack(pieces.length, seqLen);
				const packs = packing.packOffsets.length - 1;
				const order = Int32Array.from({ length: packs }, (_, i) => i).reverse();
				const rebuilt: number[][] = lists.map(() => []);
				let rows = 0;
				for (const rowBatch of packedRows(
					packedWindow({
						documents: batch,
						pieces,
						packing,
						task,
						firstDocument,
					}),
					order,
					batchRows,
				)) {
					rows += rowBatch.rows;
					if (rows < packs) expect(rowBatch.rows).toBe(batchRows);
					const ids = columnOf(rowBatch, "input_ids", "list<int32>");
					const lengths = columnOf(rowBatch, "seq_lengths", "list<int32>");
					const docs = columnOf(rowBatch, "doc_ids", "list<int64>");
					const starts = columnOf(rowBatch, "doc_offsets", "list<int32>");
					for (let r = 0; r < rowBatch.rows; r++) {
						let at = ids.offsets[r];
						for (let s = lengths.offsets[r]; s < lengths.offsets[r + 1]; s++) {
							const id = docs.values[s];
							expect(taskOfDocument(id)).toBe(task);
							const document = numberOfDocument(id) - firstDocument;
							expect(id).toBe(documentId(task, firstDocument + document));
							for (let i = 0; i < lengths.values[s]; i++)
								rebuilt[document][starts.values[s] + i] = ids.values[at++];
						}
						expect(at).toBe(ids.offsets[r + 1]);
					}
				}
				expect(rows).toBe(packs);
				expect(rebuilt).toEqual(lists);
			},
		),
	);
});
