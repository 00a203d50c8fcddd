import { sum } from "../core/arithmetic.js";
import { type NameOf, registry } from "../core/registry.js";
import {
	chunkLossTokens,
	chunkOffsets,
	globalAttentionMask,
	promptLengths,
} from "./chunks.js";
import { type Column, type ColumnSettings, int32Column } from "./column.js";
import type { ColumnOptions } from "./column-options.js";
import { cuSeqlens, paddedCuSeqlens } from "./cu-seqlens.js";
import {
	IGNORE,
	labelCounts,
	labels,
	labelsWithPadding,
	lossMask,
	shiftedLabels,
	shiftedLossMask,
	shiftLeft,
	shiftOfRow,
	shiftRight,
} from "./labels.js";
import { areLossWeights, fillLossWeights } from "./loss-weights.js";
import { ruledPositions } from "./positions.js";
import type { TokenRow } from "./row.js";
import { positionIds, segmentIds, seqIdx } from "./segments.js";
import { treePositions } from "./tree.js";
import { treeColumns } from "./tree-columns.js";

const entries = {
	input_ids: {
		type: "list<int32>",
		entries: "token",
		meaning: "the row's tokens, unshifted",
		always: true,
		ofTrees: true,
	} as Column,
	seq_lengths: {
		type: "list<int32>",
		entries: "sequence",
		meaning: "tokens of each sequence in it",
		always: true,
		ofTrees: true,
	} as Column,
	doc_ids: {
		type: "list<int64>",
		entries: "sequence",
		meaning: "document of each sequence: `doc_id` in `index/`",
		always: true,
		ofTrees: true,
	} as Column,
	doc_offsets: {
		type: "list<int32>",
		entries: "sequence",
		meaning: "where in its document each sequence begins",
		always: true,
		ofTrees: true,
	} as Column,
	position_ids: int32Column({
		entries: "token",
		padding: "counted",
		meaning: "positions, from 0 in each sequence, and in padding",
		ofTrees: true,
		stored: ({ seqLengths }, out) => out.append(positionIds(seqLengths)),
		batch: ({ seqLengths, tree }, rowLength) =>
			tree === undefined
				? positionIds(seqLengths, rowLength)
				: treePositions(tree, rowLength),
	}),
	segment_ids: int32Column({
		entries: "token",
		padding: 0,
		meaning:
			"the number of each token's sequence in the row, from 1; 0 for padding",
		stored: ({ seqLengths }, out) => out.append(segmentIds(seqLengths)),
		batch: ({ seqLengths }, rowLength) => segmentIds(seqLengths, rowLength),
	}),
	seq_idx: int32Column({
		entries: "token",
		padding: "repeated",
		meaning:
			"the number of each token's sequence in the row, from 0, as Mamba's kernels take it; padding is one more",
		stored: ({ seqLengths }, out) => out.append(seqIdx(seqLengths)),
		batch: ({ seqLengths }, rowLength) => seqIdx(seqLengths, rowLength),
	}),
	attention_mask: int32Column({
		entries: "token",
		padding: 0,
		meaning:
			"1 for tokens, 0 for padding; not for rows of several sequences, which trainers take for one then",
		stored: ({ ids }, out) => {
			for (let i = 0; i < ids.length; i++) out.push(1);
		},
		batch: ({ ids }, rowLength) =>
			new Uint8Array(rowLength).fill(1, 0, ids.length),
	}),
	loss_mask: int32Column({
		entries: "token",
		padding: 0,
		meaning:
			"1 where the token is a label, 0 for the first of each sequence and for what is not to be trained on",
		setting: ["isMasked"],
		onRequest: true,
		stored: (row, out, { shift }) =>
			out.append(shift ? shiftedLossMask(row) : lossMask(row)),
		batch: (row, rowLength, { trainedPadding }) =>
			trainedPadding === undefined
				? lossMask(row, rowLength)
				: lossMask(row, rowLength).fill(1, row.ids.length),
	}),
	label_counts: int32Column({
		entries: "sequence",
		meaning:
			"labels of each sequence; of a node of a tree, each as often as documents have it",
		setting: ["isMasked", "prefixTree"],
		onRequest: true,
		ofTrees: true,
		stored: (row, out) =>
			out.append(row.facts?.node_labels ?? labelCounts(row)),
	}),
	labels: int32Column({
		entries: "token",
		padding: IGNORE,
		meaning:
			"unshifted labels: the tokens; -100 for the first of each sequence, for what is not to be trained on and for padding",
		stored: (row, out, { shift }) =>
			out.append(shift ? shiftedLabels(row) : labels(row)),
		batch: labelsOfBatch,
	}),
	shift_labels: int32Column({
		entries: "token",
		padding: IGNORE,
		meaning:
			"shifted labels: the label of the next token, which this one predicts",
		batch: (row, rowLength, options) =>
			shiftOfRow(labelsOfBatch(row, rowLength, options), row),
	}),
	seq_start_id: int32Column({
		entries: "sequence",
		meaning: "where each sequence begins in the row",
		stored: ({ seqLengths }, out) =>
			out.append(cuSeqlens(seqLengths).cuSeqlens.subarray(0, -1)),
	}),
	cu_seqlens: int32Column({
		entries: "border",
		meaning: "0, and where each sequence ends; padding is one more",
		stored: ({ seqLengths }, out) =>
			out.append(cuSeqlens(seqLengths).cuSeqlens),
		batch: ({ seqLengths }, rowLength) =>
			cuSeqlens(seqLengths, rowLength).cuSeqlens,
	}),
	cu_seqlens_padded: int32Column({
		entries: "border",
		meaning:
			"as cu_seqlens, once each sequence is padded to the multiple of the settings",
		needs: "sequenceMultiple",
		stored: ({ seqLengths }, out, { padDocumentToMultiple }) =>
			out.append(
				paddedCuSeqlens(seqLengths, padDocumentToMultiple).cuSeqlensPadded,
			),
		batch: ({ seqLengths }, rowLength, options) =>
			paddedCuSeqlens(seqLengths, told(options, "sequenceMultiple"), rowLength)
				.cuSeqlensPadded,
	}),
	chunk_offsets: int32Column({
		entries: "chunk",
		needs: "chunk",
		meaning: "where each chunk of the row begins, and the end of the last",
		stored: ({ seqLengths }, out, { columnOptions }) =>
			out.append(chunkOffsets(sum(seqLengths), told(columnOptions, "chunk"))),
		batch: (_row, rowLength, options) =>
			chunkOffsets(rowLength, told(options, "chunk")),
	}),
	chunk_loss_tokens: int32Column({
		entries: "chunk",
		needs: "chunk",
		meaning: "labels of each chunk of the row, shifted before it is cut",
		stored: (row, out, { columnOptions }) =>
			out.append(chunkLossTokens(row, told(columnOptions, "chunk"))),
		batch: (row, rowLength, options) =>
			chunkLossTokens(row, told(options, "chunk"), rowLength),
	}),
	global_attention_mask: int32Column({
		entries: "token",
		padding: 0,
		needs: "globalAttention",
		meaning:
			"1 for tokens that all tokens of their sequence attend to, as Longformer takes it",
		stored: (row, out, { columnOptions }) =>
			out.append(
				globalAttentionMask(row, told(columnOptions, "globalAttention")),
			),
		batch: (row, rowLength, options) =>
			globalAttentionMask(row, told(options, "globalAttention"), rowLength),
	}),
	prompt_lengths: int32Column({
		entries: "sequence",
		meaning:
			"tokens of each sequence before the first that is trained on; 0 where all are",
		stored: (row, out) => out.append(promptLengths(row)),
		batch: (row) => promptLengths(row),
	}),
	scaled_positions: {
		type: "list<float32>",
		entries: "token",
		padding: "repeated",
		needs: "positions",
		meaning: "positions by a rule, in each sequence and in padding from 0",
		stored: (row, out, { columnOptions }) =>
			out
				.extend(row.ids.length)
				.set(ruledPositions(row, told(columnOptions, "positions"))),
		batch: (row, rowLength, options) =>
			ruledPositions(row, told(options, "positions"), rowLength),
	} satisfies Column<"list<float32>"> as Column,
	segment_number: factColumn(
		"segment_number",
		"the number of each sequence among those of its document, from 1",
	),
	segment_count: factColumn(
		"segment_count",
		"how many sequences the document of each sequence is in",
	),
	stratum: {
		...factColumn(
			"stratum",
			"the stratum of each sequence's document, as a number from 0 in the order of `strata`; -1 for none",
		),
		needs: "strata",
	} satisfies Column as Column,
	...treeColumns,
	loss_weight: {
		type: "list<float32>",
		entries: "token",
		padding: 0,
		meaning:
			"weights of the labels, to be divided by their sum over all rows of a step",
		setting: ["lossWeight"],
		stored(row, out, { lossWeight, shift }) {
			if (lossWeight === null || row.facts?.document_labels === undefined)
				throw new Error("weights of labels need a weighting, and label counts");
			const weights = out.extend(row.ids.length);
			fillLossWeights(row, row.facts.document_labels, lossWeight, weights);
			if (shift) weights.set(shiftLeft(weights, 0));
		},
		batch({ lossWeights }, rowLength) {
			if (!lossWeights) throw new Error("the row has no weights");
			const weights = new Float32Array(rowLength);
			weights.set(lossWeights);
			return weights;
		},
		check: (row, weights, { lossWeight, shift }) =>
			lossWeight !== null &&
			areLossWeights(shift ? shiftRight(weights) : weights, row, lossWeight),
	} satisfies Column<"list<float32>"> as Column,
};

function labelsOfBatch(
	row: TokenRow,
	rowLength: number,
	{ trainedPadding }: ColumnOptions,
): Int32Array {
	return trainedPadding === undefined
		? labels(row, rowLength)
		: labelsWithPadding(row, rowLength, trainedPadding);
}

/** What a column is told; a caller has checked that it is. */
function told<K extends keyof ColumnOptions>(
	options: ColumnOptions | undefined,
	name: K,
): NonNullable<ColumnOptions[K]> {
	const value = options?.[name];
	if (value === undefined) throw new Error(`a column needs ${name}`);
	return value as NonNullable<ColumnOptions[K]>;
}

/** A column of what is known of sequences, which other columns of a row do not tell. */
function factColumn(fact: string, meaning: string): Column {
	return int32Column({
		entries: "sequence",
		meaning,
		stored: ({ facts }, out) => {
			if (facts === undefined) throw new Error(`rows need ${fact}`);
			out.append(facts[fact]);
		},
		check: ({ seqLengths }, values) => values.length === seqLengths.length,
	});
}

/** Every column of packed rows, and of batches of them, by name. */
export const columns = registry<keyof typeof entries, Column>(
	"column",
	entries,
);
export type ColumnName = NameOf<typeof columns>;

const NO_VALUES = new Int32Array(0);

/** The columns of batches that are neither of the registry nor carried. */
export const namesOfBatches: readonly string[] = [
	...["step", "stage", "length", "step_labels", "rank_labels"],
	...["dataset", "bucket", "row", "start", "document", "chunk"],
	...["first_chunk", "last_chunk", "prefix_length", "batches_left"],
	...["micro_batch", "micro_batches", "degree", "first_rank"],
	...["micro_batch_labels"],
	...["step_weight", "rank_weight", "micro_batch_weight"],
];

/**
 * A column by its name: one of the registry, or else one of a field that records are
 * carried with; a caller has checked that there is one of the name.
 */
export function rowColumn(name: string): Column {
	if (columns.has(name)) return columns.find(name);
	const stored = factColumn(
		name,
		`the ${name} of the record that each sequence is from`,
	);
	return {
		...stored,
		batch({ facts }) {
			return facts?.[name] ?? NO_VALUES;
		},
	};
}

/** What rows are made of. */
export const alwaysColumns = columns.where(({ always }) => always === true);
/** What is stored besides when it is asked for by name. */
export const storedColumns = columns.where(
	({ stored, setting, onRequest }) =>
		stored !== undefined && (setting === undefined || onRequest === true),
);
/** What can be made in batches. */
export const batchColumns = columns.where(({ batch }) => batch !== undefined);

/** The columns that rows have with these settings, in their order. */
export function columnsOfRows(settings: ColumnSettings): readonly string[] {
	const isSet = (setting: keyof ColumnSettings) =>
		(settings[setting] ?? false) !== false;
	const all = new Set([
		...alwaysColumns,
		...settings.columns,
		...(settings.carry ?? []),
		...columns.where(({ setting }) => setting?.some(isSet) ?? false),
	]);
	return [...all].filter(
		(name) => !settings.isIndex || rowColumn(name).entries !== "token",
	);
}
