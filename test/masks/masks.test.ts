import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
	alignmentOf,
	cuSeqlens,
	denseMask,
	documentIds,
	labels,
	lossMask,
	lossWeights,
	paddedCuSeqlens,
	positionIds,
	segmentIds,
	seqIdx,
	shiftedLabels,
	shiftedLossMask,
} from "seqpack";
import { describe, expect, test } from "vitest";
import { newBuffer } from "../../src/dataset/rows.js";
import {
	alwaysColumns,
	batchColumns,
	columns,
	columnsOfRows,
	storedColumns,
} from "../../src/masks/columns.js";
import { labelCounts } from "../../src/masks/labels.js";
import {
	areLossWeights,
	fillLossWeights,
	lossWeightings,
} from "../../src/masks/loss-weights.js";
import { isMaskForAll, maskKinds } from "../../src/masks/mask-kinds.js";
import { expectNumbers } from "../helpers.js";
import { paddedRow, places } from "./rows.js";

test("every array says of each token what its sequence and its place in it are", () => {
	fc.assert(
		fc.property(paddedRow, ({ row, rowLength }) => {
			const { ids, seqLengths } = row;
			const at = places(seqLengths, rowLength);
			const each = (value: (place: (typeof at)[0], i: number) => number) =>
				Int32Array.from(at, value);
			expectNumbers(
				positionIds(seqLengths, rowLength),
				each(({ place }) => place),
			);
			expectNumbers(
				segmentIds(seqLengths, rowLength),
				each(({ sequence }) => sequence + 1),
			);
			const numbered = each(({ sequence }) =>
				sequence === -1 ? seqLengths.length : sequence,
			);
			expectNumbers(seqIdx(seqLengths, rowLength), numbered);
			expectNumbers(documentIds(seqLengths, rowLength), numbered);
			expectNumbers(
				labels(row, rowLength),
				each(({ sequence, place }, i) =>
					sequence === -1 || place === 0 ? -100 : ids[i],
				),
			);
			expectNumbers(
				shiftedLabels(row, rowLength),
				each(({ sequence, isLast }, i) =>
					sequence === -1 || isLast ? -100 : ids[i + 1],
				),
			);
			const isLabel = (list: Int32Array) =>
				Uint8Array.from(list, (label) => Number(label !== -100));
			expectNumbers(
				lossMask({ seqLengths }, rowLength),
				isLabel(labels(row, rowLength)),
			);
			expectNumbers(
				shiftedLossMask({ seqLengths }, rowLength),
				isLabel(shiftedLabels(row, rowLength)),
			);
		}),
	);
});

/** A row of which only a part is to be trained on. */
const maskedRow = fc
	.tuple(paddedRow, fc.infiniteStream(fc.boolean()))
	.map(([{ row, rowLength }, trained]) => ({
		row: {
			...row,
			lossMask: Uint8Array.from(row.ids, () => Number(trained.next().value)),
		},
		rowLength,
	}));

describe("of what is to be trained on", () => {
	test("labels are the tokens, but for the first of each sequence", () => {
		fc.assert(
			fc.property(maskedRow, ({ row, rowLength }) => {
				const at = places(row.seqLengths, rowLength);
				const isLabel = (i: number) =>
					at[i].sequence !== -1 && at[i].place > 0 && row.lossMask[i] === 1;
				const due = Array.from(at, (_, i) => (isLabel(i) ? row.ids[i] : -100));
				expectNumbers(labels(row, rowLength), due);
				expectNumbers(
					lossMask(row, rowLength),
					due.map((label) => Number(label !== -100)),
				);
				expectNumbers(shiftedLabels(row, rowLength), [
					...due.slice(1),
					...(rowLength > 0 ? [-100] : []),
				]);
				const counts = [...row.seqLengths.keys()].map(
					(sequence) =>
						at.filter((p, i) => p.sequence === sequence && isLabel(i)).length,
				);
				expectNumbers(labelCounts(row), counts);
			}),
		);
	});

	test("weights are of labels alone, add up to 1, and answers weigh the same", () => {
		fc.assert(
			fc.property(
				fc.array(maskedRow, { maxLength: 4 }),
				fc.constantFrom(...lossWeightings.names),
				(step, weighting) => {
					const rows = step.map(({ row }) => row);
					const weights = lossWeights(rows, weighting);
					let sum = 0;
					const answers: number[] = [];
					for (const [r, row] of rows.entries()) {
						const mask = lossMask(row);
						let answer = 0;
						for (const [i, weight] of weights[r].entries()) {
							equal(weight > 0, mask[i] === 1);
							sum += weight;
							answer += weight;
							if (mask[i] === 1 && mask[i + 1] !== 1) {
								answers.push(answer);
								answer = 0;
							}
						}
						const counts = labelCounts(row);
						const stored = new Float32Array(row.ids.length);
						fillLossWeights(row, counts, weighting, stored);
						ok(areLossWeights(stored, row, weighting));
						for (const i of stored.keys()) {
							const wrong = stored.slice();
							// A weight of a field may be any number above 0.
							wrong[i] =
								lossWeightings.find(weighting).isGiven && stored[i] > 0
									? -stored[i]
									: stored[i] + 3;
							ok(!areLossWeights(wrong, row, weighting));
						}
					}
					expect(sum).toBeCloseTo(answers.length > 0 ? 1 : 0, 9);
					if (weighting === "answer")
						for (const answer of answers)
							expect(answer).toBeCloseTo(1 / answers.length, 9);
				},
			),
		);
	});
});

test("borders ascend from 0 to the end of the row, padding a segment of its own", () => {
	fc.assert(
		fc.property(paddedRow, ({ row: { seqLengths }, rowLength }) => {
			const { cuSeqlens: borders, maxSeqlen } = cuSeqlens(
				seqLengths,
				rowLength,
			);
			expect(borders[0]).toBe(0);
			expect(borders.at(-1)).toBe(rowLength);
			const lengths = [...borders.subarray(1)].map(
				(end, i) => end - borders[i],
			);
			for (const length of lengths) expect(length).toBeGreaterThan(0);
			expect(lengths.slice(0, seqLengths.length)).toEqual([...seqLengths]);
			expect(lengths.length - seqLengths.length).toBeLessThanOrEqual(1);
			expect(maxSeqlen).toBe(Math.max(0, ...lengths));
		}),
	);
});

test("a token sees another exactly when they share a segment and it is not later", () => {
	fc.assert(
		fc.property(paddedRow, ({ row: { seqLengths }, rowLength }) => {
			const mask = denseMask(seqLengths, rowLength);
			const segment = documentIds(seqLengths, rowLength);
			for (let i = 0; i < rowLength; i++)
				for (let j = 0; j < rowLength; j++)
					expect(mask[i * rowLength + j]).toBe(
						Number(segment[i] === segment[j] && j <= i),
					);
		}),
	);
});

describe("masks beyond the causal one", () => {
	/** What the last token of a sequence of six sees, as a string. */
	const lastRow = (mask: Parameters<typeof denseMask>[2], layer = 0) =>
		denseMask(Int32Array.of(6), 6, mask, layer).subarray(30).join("");

	test("a sliding window, and with sinks", () => {
		expect(lastRow({ kind: "sliding-window", window: 2 })).toBe("000011");
		expect(lastRow({ kind: "lambda", sinks: 1, window: 2 })).toBe("100011");
	});

	test("a prefix is seen by all of its sequence, and by no other", () => {
		const mask = denseMask(Int32Array.of(2, 3), 5, {
			kind: "prefix",
			prefixLengths: [0, 2],
		});
		expect(
			[0, 1, 2, 3, 4].map((i) => mask.subarray(i * 5, i * 5 + 5).join("")),
		).toEqual(["10000", "11000", "00110", "00110", "00111"]);
	});

	test("layers differ, in turn", () => {
		const mask = {
			kind: "per-layer",
			layers: [{ kind: "causal" }, { kind: "sliding-window", window: 1 }],
		} as const;
		expect(lastRow(mask, 0)).toBe("111111");
		expect(lastRow(mask, 1)).toBe("000001");
		expect(lastRow(mask, 2)).toBe("111111");
		expect(JSON.parse(JSON.stringify(mask))).toEqual(mask);
	});

	test("hold for all sequences of a dataset, unless they name some", () => {
		const prefix = { kind: "prefix", prefixLengths: [1] } as const;
		const window = { kind: "sliding-window", window: 4 } as const;
		expect(isMaskForAll(window)).toBe(true);
		expect(isMaskForAll(prefix)).toBe(false);
		expect(isMaskForAll({ kind: "per-layer", layers: [window] })).toBe(true);
		const layers = [window, prefix];
		expect(isMaskForAll({ kind: "per-layer", layers })).toBe(false);
	});

	test("a kind that is none is refused with those there are", () => {
		expect(() =>
			denseMask(Int32Array.of(6), 6, { kind: "square" as "causal" }),
		).toThrow(`there are: ${maskKinds.names.join(", ")}`);
	});

	test.each([
		[{ kind: "sliding-window", window: 0 }, /a window of 0/],
		[{ kind: "lambda", sinks: -1, window: 4 }, /sinks of -1/],
		[{ kind: "prefix", prefixLengths: [] }, /0 prefix lengths for 1 seq/],
		[{ kind: "per-layer", layers: [] }, /has no layers/],
	] as const)("%j is refused", (mask, sentence) => {
		expect(() => denseMask(Int32Array.of(6), 6, mask)).toThrow(sentence);
	});
});

describe("sequences padded to a multiple", () => {
	test("have borders with and without what is added", () => {
		expect(paddedCuSeqlens(Int32Array.of(5, 8, 1), 4)).toEqual({
			cuSeqlens: Int32Array.of(0, 5, 13, 14),
			maxSeqlen: 8,
			cuSeqlensPadded: Int32Array.of(0, 8, 16, 20),
			maxSeqlenPadded: 8,
			alignmentTokens: 6,
		});
	});

	test("the multiple is of 2 CP and of CP TP", () => {
		expect(alignmentOf({})).toBe(1);
		expect(alignmentOf({ contextParallel: 4 })).toBe(8);
		expect(alignmentOf({ tensorParallel: 8 })).toBe(8);
		expect(alignmentOf({ contextParallel: 2, tensorParallel: 3 })).toBe(12);
		expect(() => alignmentOf({ contextParallel: 0 })).toThrow(/cannot be 0/);
		expect(() => paddedCuSeqlens(Int32Array.of(1), 0)).toThrow(/of 0/);
	});
});

describe("loss weights", () => {
	const rows = [
		{ seqLengths: Int32Array.of(3, 1), docIds: [7, 8] },
		{ seqLengths: Int32Array.of(5), docIds: [7] },
	];

	test("of tokens are equal, of documents add up to the same for each", () => {
		const sixth = 1 / 6;
		expect(lossWeights(rows, "token", 6)).toEqual([
			Float64Array.of(0, sixth, sixth, 0, 0, 0),
			Float64Array.of(0, sixth, sixth, sixth, sixth, 0),
		]);
		// Document 7 has six labels in two rows, document 8 none.
		expect(lossWeights(rows, "document", 6)).toEqual(
			lossWeights(rows, "token", 6),
		);
		const [first, second] = lossWeights(
			[{ seqLengths: Int32Array.of(3, 5) }, { seqLengths: Int32Array.of(2) }],
			"document",
		);
		const third = 1 / 3;
		expect([...first]).toEqual([
			...[0, third / 2, third / 2],
			...[0, third / 4, third / 4, third / 4, third / 4],
		]);
		expect([...second]).toEqual([0, third]);
	});

	test("add up to 1 over a step", () => {
		fc.assert(
			fc.property(
				fc.array(paddedRow, { maxLength: 5 }),
				fc.constantFrom(...lossWeightings.names),
				(step, weighting) => {
					const weights = lossWeights(
						step.map(({ row }) => row),
						weighting,
					);
					const hasLabels = step.some(({ row }) =>
						row.seqLengths.some((length) => length > 1),
					);
					const sum = weights
						.flatMap((row) => [...row])
						.reduce((a, b) => a + b, 0);
					expect(sum).toBeCloseTo(hasLabels ? 1 : 0, 9);
				},
			),
		);
	});

	test("are the mean over tokens, and the mean over documents of their means", () => {
		const anyStep = fc.array(
			fc.record({
				lengths: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
				documents: fc.infiniteStream(fc.nat(4)),
			}),
			{ maxLength: 5 },
		);
		fc.assert(
			fc.property(anyStep, (step) => {
				const rows = step.map(({ lengths, documents }) => ({
					seqLengths: Int32Array.from(lengths),
					docIds: lengths.map(() => documents.next().value as number),
				}));
				const labelsOf = new Map<number, number>();
				let total = 0;
				for (const { seqLengths, docIds } of rows)
					seqLengths.forEach((length, i) => {
						const labels = labelsOf.get(docIds[i]) ?? 0;
						labelsOf.set(docIds[i], labels + length - 1);
						total += length - 1;
					});
				const documents = [...labelsOf.values()].filter((n) => n > 0).length;
				const byToken = lossWeights(rows, "token");
				const byDocument = lossWeights(rows, "document");
				for (const [r, { seqLengths, docIds }] of rows.entries()) {
					let at = 0;
					seqLengths.forEach((length, i) => {
						equal(byToken[r][at], 0);
						equal(byDocument[r][at], 0);
						const share = 1 / (documents * (labelsOf.get(docIds[i]) ?? 0));
						for (let k = 1; k < length; k++) {
							ok(Math.abs(byToken[r][at + k] * total - 1) < 1e-12);
							ok(Math.abs(byDocument[r][at + k] / share - 1) < 1e-12);
						}
						at += length;
					});
				}
			}),
		);
	});

	test("stored ones are known to be possible or not", () => {
		const lengths = Int32Array.of(4, 1, 3);
		const sevenths = [1 / 7, 1 / 7, 1 / 7];
		const possible = (weights: number[], weighting: "token" | "document") =>
			areLossWeights(
				Float32Array.from(weights),
				{ seqLengths: lengths },
				weighting,
			);
		expect(possible([0, 1, 1, 1, 0, 0, 1, 1], "token")).toBe(true);
		expect(possible([0, ...sevenths, 0, 0, 0.5, 0.5], "document")).toBe(true);
		for (const bad of [
			[0, 1, 1, 1, 0, 0, 1],
			[0, 1, 1, 1, 0, 0, 1, 1, 0],
			[1, 1, 1, 1, 0, 0, 1, 1],
			[0, 1, 1, 1, 1, 0, 1, 1],
			[0, 1, 1, 1, 0, 0, 1, 0],
		]) {
			expect(possible(bad, "token")).toBe(false);
			expect(possible(bad, "document")).toBe(false);
		}
		expect(possible([0, ...sevenths, 0, 0, 0.5, 0.5], "token")).toBe(false);
		for (const bad of [
			// Not all the same, no whole number of labels, fewer labels than there are.
			[0, 1 / 7, 1 / 7, 1 / 6, 0, 0, 0.5, 0.5],
			[0, 0.3, 0.3, 0.3, 0, 0, 0.5, 0.5],
			[0, 0.5, 0.5, 0.5, 0, 0, 0.5, 0.5],
			[0, -1 / 7, -1 / 7, -1 / 7, 0, 0, 0.5, 0.5],
		])
			expect(possible(bad, "document")).toBe(false);
	});

	test("any number of labels is a possible weight, once it is a float32", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 2 ** 31 - 1 }),
				fc.integer({ min: 1, max: 20 }),
				(labels, ofSequence) => {
					const weight = Math.fround(1 / Math.max(labels, ofSequence));
					const row = Float32Array.of(0, ...Array(ofSequence).fill(weight));
					const lengths = Int32Array.of(ofSequence + 1);
					expect(areLossWeights(row, { seqLengths: lengths }, "document")).toBe(
						true,
					);
				},
			),
		);
	});

	test("say what is wrong", () => {
		expect(() => lossWeights(rows, "row" as "token")).toThrow(
			/no loss weighting "row"; there are: token, document, answer/,
		);
		expect(() =>
			lossWeights([{ seqLengths: Int32Array.of(1), docIds: [] }], "token"),
		).toThrow(/1 sequences and 0 documents/);
	});
});

describe("columns", () => {
	const row = {
		ids: Int32Array.of(5, 6, 7, 8, 9),
		seqLengths: Int32Array.of(3, 2),
		facts: {
			document_labels: Int32Array.of(4, 1),
			segment_number: Int32Array.of(1, 2),
			segment_count: Int32Array.of(2, 2),
			stratum: Int32Array.of(3, -1),
		},
	};
	const settings = {
		columns: storedColumns,
		padDocumentToMultiple: 4,
		lossWeight: "document",
		isMasked: false,
		columnOptions: {
			chunk: 2,
			positions: { kind: "linear", factor: 4 },
			globalAttention: "first-token",
			sequenceMultiple: 4,
		},
	} as const;
	const made = columns
		.entries()
		.filter(([, { stored }]) => stored !== undefined)
		.map(([name, column]) => {
			const out = newBuffer(column.type);
			// What is there already stays.
			column.stored?.(row, out as never, settings);
			column.stored?.(row, out as never, settings);
			return { name, column, twice: Array.from<number | bigint>(out.view()) };
		});

	test("stored ones are the arrays of a row without padding", () => {
		const stored = Object.fromEntries(
			made.map(({ name, twice }) => [name, twice.slice(twice.length / 2)]),
		);
		expect(stored).toEqual({
			position_ids: [0, 1, 2, 0, 1],
			segment_ids: [1, 1, 1, 2, 2],
			seq_idx: [0, 0, 0, 1, 1],
			attention_mask: [1, 1, 1, 1, 1],
			loss_mask: [0, 1, 1, 0, 1],
			label_counts: [2, 1],
			labels: [-100, 6, 7, -100, 9],
			seq_start_id: [0, 3],
			cu_seqlens: [0, 3, 5],
			cu_seqlens_padded: [0, 4, 8],
			chunk_offsets: [0, 2, 4, 5],
			chunk_loss_tokens: [2, 1, 0],
			global_attention_mask: [1, 0, 0, 1, 0],
			prompt_lengths: [0, 0],
			scaled_positions: [0, 0.25, 0.5, 0, 0.25],
			segment_number: [1, 2],
			segment_count: [2, 2],
			stratum: [3, -1],
			loss_weight: [0, 0.25, 0.25, 0, 1],
		});
		for (const { twice } of made)
			expect(twice.slice(0, twice.length / 2)).toEqual(
				twice.slice(twice.length / 2),
			);
	});

	test("have as many values as they say", () => {
		const due = { token: 5, sequence: 2, border: 3 };
		for (const { column, twice } of made)
			if (column.entries !== "chunk")
				expect(twice).toHaveLength(2 * due[column.entries]);
	});

	test("of a batch are those stored, and padding after them", () => {
		fc.assert(
			fc.property(paddedRow, ({ row, rowLength }) => {
				for (const [, { entries, batch, stored, type }] of columns.entries()) {
					if (batch === undefined || stored === undefined) continue;
					// Weights hang on other rows, too, and are read: see test/batches/loss-weights.
					if (type === "list<float32>") continue;
					// Chunks run over the padding.
					if (entries === "chunk") continue;
					const out = newBuffer(type);
					stored(row, out as never, settings);
					const whole = Array.from(
						batch(row, rowLength, settings.columnOptions),
					);
					expect(whole.slice(0, out.length)).toEqual(
						Array.from<number | bigint>(out.view()),
					);
					if (entries === "token") expect(whole).toHaveLength(rowLength);
				}
			}),
		);
	});

	test("of tokens say what padding has, and no others", () => {
		for (const [name, { entries, batch, padding }] of columns.entries())
			expect(padding !== undefined, name).toBe(
				entries === "token" && batch !== undefined,
			);
	});

	test("of rows: what rows are made of, what is asked for, what a setting makes", () => {
		expect(alwaysColumns).toEqual([
			...["input_ids", "seq_lengths", "doc_ids", "doc_offsets"],
		]);
		expect(
			columnsOfRows({ ...settings, columns: [], lossWeight: null }),
		).toEqual(alwaysColumns);
		expect(columnsOfRows({ ...settings, columns: ["labels"] })).toEqual([
			...alwaysColumns,
			...["labels", "loss_weight"],
		]);
		expect(
			columnsOfRows({
				...settings,
				...{ columns: ["loss_mask"], lossWeight: null, isMasked: true },
			}),
		).toEqual([...alwaysColumns, "loss_mask", "label_counts"]);
	});

	test("each comes from somewhere, and says what it means in a line", () => {
		for (const [name, column] of columns.entries()) {
			expect(
				[alwaysColumns, storedColumns, batchColumns].some((names) =>
					names.includes(name),
				) || column.setting !== undefined,
			).toBe(true);
			expect(column.meaning).toMatch(/^[^\n]{10,}$/);
		}
	});
});

test.each([
	[[2, 0], 4, /sequence 1 of a row has 0 tokens/],
	[[2, -1], 4, /sequence 1 of a row has -1 tokens/],
	[[3, 2], 4, /have 5 tokens together, and the row only 4/],
])(
	"sequences %j in a row of %i are refused",
	(lengths, rowLength, sentence) => {
		const seqLengths = Int32Array.from(lengths);
		for (const attempt of [
			positionIds,
			segmentIds,
			seqIdx,
			documentIds,
			cuSeqlens,
			(lengths: Int32Array, length: number) =>
				lossMask({ seqLengths: lengths }, length),
			denseMask,
		])
			expect(() => attempt(seqLengths, rowLength)).toThrow(sentence);
	},
);

test("tokens and lengths that do not agree are refused", () => {
	const row = { ids: Int32Array.of(1, 2), seqLengths: Int32Array.of(3) };
	expect(() => labels(row)).toThrow(/2 tokens, but its sequences have 3/);
});
