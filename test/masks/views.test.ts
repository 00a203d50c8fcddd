import { equal } from "node:assert/strict";
import fc from "fast-check";
import {
	toAxolotl,
	toFlashAttention,
	toFlattening,
	toFlexAttention,
	toLlamaFactory,
	toMaxText,
	toMegatron,
	toMegatronBridge,
	toNanotron,
	toOlmoCore,
	toTorchtune,
	toTrl,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { views } from "../../src/masks/views/views.js";
import { paddedRow, places } from "./rows.js";

const row = {
	ids: Int32Array.of(8, 7, 1, 2, 3, 4, 1),
	seqLengths: Int32Array.of(3, 4),
};
const options = { rowLength: 10, padId: 0 };
const int64 = (...values: number[]) => BigInt64Array.from(values, BigInt);
const int32 = (...values: number[]) => Int32Array.from(values);

test("DataCollatorWithFlattening", () => {
	expect(toFlattening(row)).toEqual({
		input_ids: int64(8, 7, 1, 2, 3, 4, 1),
		labels: int64(-100, 7, 1, -100, 3, 4, 1),
		position_ids: int64(0, 1, 2, 0, 1, 2, 3),
		seq_idx: int32(0, 0, 0, 1, 1, 1, 1),
		cu_seq_lens_q: int32(0, 3, 7),
		cu_seq_lens_k: int32(0, 3, 7),
		max_length_q: 4,
		max_length_k: 4,
	});
});

test("flash-attn", () => {
	expect(toFlashAttention(row, options)).toEqual({
		cu_seqlens_q: int32(0, 3, 7, 10),
		cu_seqlens_k: int32(0, 3, 7, 10),
		max_seqlen_q: 4,
		max_seqlen_k: 4,
		causal: true,
	});
});

test("FlexAttention: every position has a document, padding its own", () => {
	expect(toFlexAttention(row, options)).toEqual({
		offsets: int32(0, 3, 7, 10),
		document_id: int32(0, 0, 0, 1, 1, 1, 1, 2, 2, 2),
	});
});

test("TRL: lists of one length without padding, and seq_lengths", () => {
	expect(toTrl(row)).toEqual({
		input_ids: row.ids,
		labels: int32(-100, 7, 1, -100, 3, 4, 1),
		seq_lengths: int32(3, 4),
	});
});

test("MaxText's documented example of inputs", () => {
	const example = toMaxText(row, options);
	expect(example).toMatchObject({
		inputs: int32(8, 7, 1, 2, 3, 4, 1, 0, 0, 0),
		inputs_segmentation: int32(1, 1, 1, 2, 2, 2, 2, 0, 0, 0),
		inputs_position: int32(0, 1, 2, 0, 1, 2, 3, 0, 0, 0),
	});
	// Targets are shifted, and no document's last token has one.
	expect(example).toMatchObject({
		targets: int32(7, 1, 0, 3, 4, 1, 0, 0, 0, 0),
		targets_segmentation: int32(1, 1, 0, 2, 2, 2, 0, 0, 0, 0),
		targets_position: int32(0, 1, 0, 0, 1, 2, 0, 0, 0, 0),
	});
});

test("Megatron: shifted labels, borders filled to the row's length and one", () => {
	expect(toMegatron(row, options)).toEqual({
		tokens: int64(8, 7, 1, 2, 3, 4, 1, 0, 0, 0),
		labels: int64(7, 1, -100, 3, 4, 1, -100, -100, -100, -100),
		loss_mask: Float32Array.of(1, 1, 0, 1, 1, 1, 0, 0, 0, 0),
		position_ids: int64(0, 1, 2, 0, 1, 2, 3, 4, 5, 6),
		cu_seqlens: int32(0, 3, 10, 10, 10, 10, 10, 10, 10, 10, 10),
		max_seqlen: int32(7),
	});
});

test("Megatron Bridge: the collator cuts inputs and labels out of each sequence", () => {
	const bridge = toMegatronBridge(row);
	expect(bridge).toEqual({
		input_ids: row.ids,
		loss_mask: Int8Array.of(1, 1, 0, 1, 1, 1, 0),
		seq_start_id: int32(0, 3),
	});
	// As its collator does: [start : end - 1] and [start + 1 : end].
	const ends = [...bridge.seq_start_id.subarray(1), row.ids.length];
	const pairs = ends.flatMap((end, i) => {
		const start = bridge.seq_start_id[i];
		return [...row.ids.subarray(start, end - 1)].map((token, at) => [
			token,
			row.ids[start + 1 + at],
			bridge.loss_mask[start + at],
		]);
	});
	expect(pairs).toEqual([
		[8, 7, 1],
		[7, 1, 1],
		[2, 3, 1],
		[3, 4, 1],
		[4, 1, 1],
	]);
});

test("OLMo-core: its shift meets no token of another document", () => {
	const item = toOlmoCore(row, options);
	expect(item).toEqual({
		input_ids: int64(8, 7, 1, 2, 3, 4, 1, 0, 0, 0),
		label_mask: Uint8Array.of(0, 1, 1, 0, 1, 1, 1, 0, 0, 0),
		doc_lens: int32(3, 4, 3),
		max_doc_lens: [4],
		cu_doc_lens: int32(0, 3, 7, 10),
		max_doc_len: 4,
	});
	// As its get_labels does: masked, then shifted.
	const shifted = [...item.input_ids]
		.map((id, i) => (item.label_mask[i] ? Number(id) : -100))
		.slice(1);
	expect(shifted).toEqual([7, 1, -100, 3, 4, 1, -100, -100, -100]);
});

test("torchtune: shifted labels, padding the last of seq_lens", () => {
	expect(toTorchtune(row, options)).toEqual({
		tokens: int64(8, 7, 1, 2, 3, 4, 1, 0, 0, 0),
		labels: int64(7, 1, -100, 3, 4, 1, -100, -100, -100, -100),
		input_pos: int64(0, 1, 2, 0, 1, 2, 3, 0, 1, 2),
		seq_lens: int64(3, 4, 3),
	});
});

test("Axolotl and LLaMA-Factory: the attention mask numbers the sequences", () => {
	expect(toAxolotl(row, options)).toMatchObject({
		attention_mask: int64(1, 1, 1, 2, 2, 2, 2, 0, 0, 0),
		labels: int64(-100, 7, 1, -100, 3, 4, 1, -100, -100, -100),
		length: 7,
	});
	expect(toLlamaFactory(row, options)).toMatchObject({
		attention_mask: int32(1, 1, 1, 2, 2, 2, 2, 0, 0, 0),
		packing_params: {
			sequence_boundaries: int32(0, 3, 7),
			right_padding_length: 3,
		},
	});
});

test("nanotron: positions of -1 where there is padding", () => {
	expect(toNanotron(row, options)).toEqual({
		input_ids: int64(8, 7, 1, 2, 3, 4, 1, 0, 0, 0),
		label_ids: int64(7, 1, 0, 3, 4, 1, 0, 0, 0, 0),
		label_mask: Uint8Array.of(1, 1, 0, 1, 1, 1, 0, 0, 0, 0),
		position_ids: int64(0, 1, 2, 0, 1, 2, 3, -1, -1, -1),
	});
});

describe("the defects of packers that people use are not ours", () => {
	const withEos = fc.tuple(paddedRow, fc.nat(99));

	test("borders are data: an EOS inside a sequence, or none, changes nothing", () => {
		fc.assert(
			fc.property(
				withEos,
				([
					{
						row: { ids, seqLengths },
						rowLength,
					},
					eos,
				]) => {
					const allEos = { ids: ids.map(() => eos), seqLengths };
					for (const view of [toFlashAttention, toFlexAttention])
						expect(view(allEos, { rowLength, padId: eos })).toEqual(
							view({ ids, seqLengths }, { rowLength }),
						);
					expect(
						toOlmoCore(allEos, { rowLength, padId: eos }).doc_lens,
					).toEqual(toOlmoCore({ ids, seqLengths }, { rowLength }).doc_lens);
					expect(
						toMegatron(allEos, { rowLength, padId: eos }).cu_seqlens,
					).toEqual(toMegatron({ ids, seqLengths }, { rowLength }).cu_seqlens);
				},
			),
		);
	});

	test("no label is a token of another sequence, or padding, in any view", () => {
		fc.assert(
			fc.property(paddedRow, ({ row: { ids, seqLengths }, rowLength }) => {
				// Each token says which sequence it is of, and which place.
				const at = places(seqLengths, rowLength);
				const marked = {
					ids: ids.map((_, i) => 1 + at[i].sequence * 10_000 + at[i].place),
					seqLengths,
				};
				const given = { rowLength, padId: 9_999_999 };
				const pairs = (labels: ArrayLike<number | bigint>, shift: number) =>
					Array.from(labels, Number).forEach((label, i) => {
						if (label === -100) return;
						const from = i - shift;
						equal(label, marked.ids[from] + 1);
					});
				pairs(toFlattening(marked).labels, 1);
				pairs(toTrl(marked).labels, 1);
				pairs(toAxolotl(marked, given).labels, 1);
				pairs(toLlamaFactory(marked, given).labels, 1);
				pairs(toMegatron(marked, given).labels, 0);
				pairs(toTorchtune(marked, given).labels, 0);
				const maxText = toMaxText(marked, given);
				pairs(
					maxText.targets.map((target, i) =>
						maxText.targets_segmentation[i] === 0 ? -100 : target,
					),
					0,
				);
				const megatron = toMegatron(marked, given);
				expect([...megatron.loss_mask]).toEqual(
					Array.from(megatron.labels, (label) => Number(label !== -100n)),
				);
			}),
		);
	});

	test("padding does not look like sequences of one token", () => {
		const { position_ids: positions } = toAxolotl(
			{ ids: Int32Array.of(5, 6), seqLengths: Int32Array.of(2) },
			{ rowLength: 3000 },
		);
		expect([...positions].filter((position) => position === 0n)).toHaveLength(
			2,
		);
	});

	test("borders never repeat before the fill", () => {
		fc.assert(
			fc.property(paddedRow, ({ row: given, rowLength }) => {
				const { cu_seqlens: borders } = toMegatron(given, { rowLength });
				expect(borders).toHaveLength(rowLength + 1);
				for (let i = 1; i < borders.length; i++)
					if (borders[i - 1] < rowLength)
						expect(borders[i]).toBeGreaterThan(borders[i - 1]);
					else expect(borders[i]).toBe(rowLength);
			}),
		);
	});

	test("no view loses or adds a token", () => {
		fc.assert(
			fc.property(paddedRow, ({ row: given, rowLength }) => {
				for (const [, view] of views.entries()) {
					const shown = view(given, { rowLength }) as Record<string, unknown>;
					const ids = (shown.input_ids ?? shown.inputs ?? shown.tokens) as
						| ArrayLike<number | bigint>
						| undefined;
					if (ids === undefined) continue;
					expect(Array.from(ids, Number).slice(0, given.ids.length)).toEqual([
						...given.ids,
					]);
					expect([given.ids.length, rowLength]).toContain(ids.length);
				}
			}),
		);
	});
});
