import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/core/random.js";
import {
	chooseChunks,
	chunkLossTokens,
	chunkOffsets,
	globalAttentionMask,
	promptLengths,
} from "../../src/masks/chunks.js";
import { shiftedLabels } from "../../src/masks/labels.js";
import { paddedRow } from "./rows.js";

describe("chunks", () => {
	test("run from the row's start, the last shorter", () => {
		expect([...chunkOffsets(10, 4)]).toEqual([0, 4, 8, 10]);
		expect([...chunkOffsets(8, 4)]).toEqual([0, 4, 8]);
		expect([...chunkOffsets(0, 4)]).toEqual([0]);
	});

	test("have the labels that a trainer counts after it has shifted and cut them", () => {
		fc.assert(
			fc.property(
				paddedRow,
				fc.integer({ min: 1, max: 9 }),
				({ row, rowLength }, chunk) => {
					const labels = shiftedLabels(row, rowLength);
					const offsets = chunkOffsets(rowLength, chunk);
					const due = Array.from(
						offsets.subarray(0, -1),
						(start, i) =>
							labels
								.subarray(start, offsets[i + 1])
								.filter((label) => label !== -100).length,
					);
					expect([...chunkLossTokens(row, chunk, rowLength)]).toEqual(due);
				},
			),
		);
	});

	test("a chunk's last label is in the next", () => {
		const row = { seqLengths: Int32Array.of(6) };
		// Labels are tokens 1 to 5, predicted by tokens 0 to 4.
		expect([...chunkLossTokens(row, 3)]).toEqual([3, 2]);
	});

	test.each([
		// SpaCO's budget of 16: what one kind does not use goes to the other.
		[3, 60, 3, 13],
		[100, 2, 14, 2],
		[100, 100, 8, 8],
		[5, 6, 5, 6],
		[0, 60, 0, 16],
	])(
		"of %i with labels and %i without, %i and %i are chosen",
		(labelled, others, ofLabelled, ofOthers) => {
			const lossTokens = Int32Array.from(
				{ length: labelled + others },
				(_, i) =>
					Number(i % 2 === 0 ? i / 2 < labelled : (i - 1) / 2 >= others),
			);
			const counted = lossTokens.reduce((sum, n) => sum + n, 0);
			fc.pre(counted === labelled);
			const chosen = chooseChunks(lossTokens, 16, createRandom(7));
			expect([...chosen]).toEqual([...new Set(chosen)].sort((a, b) => a - b));
			const withLabels = chosen.filter((i) => lossTokens[i] > 0).length;
			expect([withLabels, chosen.length - withLabels]).toEqual([
				ofLabelled,
				ofOthers,
			]);
		},
	);
});

describe("prompts", () => {
	const row = {
		seqLengths: Int32Array.of(4, 3, 2, 1),
		lossMask: [0, 0, 1, 1, 0, 1, 0, 0, 0, 0],
	};

	test("end where training begins", () => {
		expect([...promptLengths(row)]).toEqual([2, 0, 2, 1]);
		expect([...promptLengths({ seqLengths: row.seqLengths })]).toEqual([
			0, 0, 0, 0,
		]);
	});

	test("are what all tokens attend to, or the first token is", () => {
		expect([...globalAttentionMask(row, "prompt-tokens", 12)]).toEqual([
			1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0,
		]);
		expect([...globalAttentionMask(row, "first-token")]).toEqual([
			1, 0, 0, 0, 1, 0, 0, 1, 0, 1,
		]);
	});
});
