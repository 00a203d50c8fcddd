import { LARGEST_CAPACITY } from "../../core/capacity.js";
import { integer, required } from "../../core/option.js";
import { segmentValues } from "../../decompose/segment-values.js";
import { cutForRows, packDocumentsTable } from "../../pack/pack-documents.js";
import { usualPacker } from "../../pack/packers.js";
import type { Layout } from "./layout.js";

const options = {
	seqLen: required(
		integer({
			least: 1,
			most: LARGEST_CAPACITY,
			help: "tokens that a row can hold",
		}),
	),
	longDocuments: packDocumentsTable.longDocuments,
	maxSequence: packDocumentsTable.maxSequence,
};

/** Rows of one length, each of several documents. */
export const packed: Layout<typeof options> = {
	meaning: "rows of up to one length, each of one or more documents",
	options,
	packs: true,
	holdsTrees: true,
	title: "Packed token sequences",
	about: ({ buckets: [{ length }] }) =>
		`A row holds up to ${length.toLocaleString("en-US")} tokens of one or more documents, without padding; \`seq_lengths\` says where each sequence ends.`,
	format: "parquet",
	packer: usualPacker,

	plan({ seqLen, ...values }) {
		const cut = cutForRows(values, seqLen);
		return {
			cut: { ...cut, ...segmentValues(cut.name, values) },
			buckets: [{ length: seqLen, capacity: seqLen, directory: "data" }],
		};
	},
};
