import { integer, required } from "../../core/option.js";
import { cuts } from "../../decompose/cuts.js";
import { LARGEST_CAPACITY } from "../../pack/packing.js";
import { packers } from "../../pack/packers.js";
import type { Layout } from "./layout.js";

const options = {
	seqLen: required(
		integer({
			least: 1,
			most: LARGEST_CAPACITY,
			help: "tokens that a row can hold",
		}),
	),
};

/** Rows of one length, each of several documents. */
export const packed: Layout<typeof options> = {
	options,
	title: "Packed token sequences",
	about: ({ buckets: [{ length }] }) =>
		`A row holds up to ${length.toLocaleString("en-US")} tokens of one or more documents, without padding; \`seq_lengths\` says where each sequence ends.`,
	format: "parquet",
	packer: (_values, given) => defaultPacker(given),

	plan({ seqLen, packer, longDocuments }) {
		const name = packers.find(packer).cut ?? longDocuments;
		return {
			cut: { name: String(name), maxLength: seqLen },
			buckets: [{ length: seqLen, capacity: seqLen, directory: "data" }],
		};
	},
};
