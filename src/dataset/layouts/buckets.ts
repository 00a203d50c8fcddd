import { optionName, UsageError } from "../../core/errors.js";
import type { CutOptions } from "../../decompose/cuts.js";
import { bucketsOf } from "../../decompose/decompose-documents.js";
import { decomposers, decomposeTable } from "../../decompose/decomposers.js";
import { segmentOptions } from "../../decompose/segment.js";
import { segmentValues } from "../../decompose/segment-values.js";
import { packers } from "../../pack/packers.js";
import { bucketName } from "../names.js";
import type { Layout } from "./layout.js";

/** Sequences by length: rows of one sequence each, or shared by what fills none. */
export const buckets: Layout<typeof decomposeTable> = {
	meaning:
		"documents cut into sequences of a few lengths, each length in shards of its own",
	options: decomposeTable,
	packs: true,
	title: "Token sequences by length",
	about: () =>
		"Documents are cut into sequences of a few lengths, those of a length in a configuration of their own: a batch of one needs no padding and no mask.",
	// Curricula read rows at random.
	format: "arrow",
	packer: (_values, { remainder }) =>
		remainder === "pack" ? "best-fit-decreasing" : "padded",

	plan({ decomposer, packer, ...values }) {
		const { options, fillsRows } = decomposers.find(decomposer);
		const segments = segmentValues(decomposer, values);
		const own = Object.keys(options)
			.filter((name) => !(name in segmentOptions))
			.map((name) => [name, values[name]]);
		const cut = {
			name: decomposer,
			...Object.fromEntries(own),
			...segments,
		};
		const { cuts, sharesRows } = packers.find(packer);
		if (cuts !== undefined)
			throw new UsageError(
				"bad-option",
				`${optionName("packer", packer)} cuts documents in its own way, and here ${optionName("decomposer", decomposer)} cuts them: choose another packer.`,
			);
		if (fillsRows && values.remainder !== "pack" && sharesRows)
			throw new UsageError(
				"ignored-option",
				`${optionName("packer", packer)} has nothing to pack: the sequences of ${decomposer} fill their rows. It goes with ${optionName("remainder", "pack")}, or ${optionName("decomposer", "whole")}.`,
			);
		return {
			cut,
			buckets: bucketsOf(cut as CutOptions).map((bucket) => ({
				...bucket,
				directory: `data/${bucketName(bucket.length)}`,
			})),
		};
	},
};
