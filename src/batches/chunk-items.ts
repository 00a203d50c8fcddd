import { sum } from "../core/arithmetic.js";
import type { LaneDocument } from "../plan/lanes-file.js";
import type { RowFinder } from "../plan/row-finder.js";
import { eachOf } from "../storage/when-read.js";
import { allocateItems, maskOf, type StepItems } from "./step-items.js";

/**
 * The chunks that lanes read at a step. One that has no more documents gives an item
 * without tokens, of the dataset -1.
 * @throws NotYetRead
 */
export function itemsOfLanes(
	finder: RowFinder,
	documents: readonly (LaneDocument | null)[],
	step: number,
	chunk: number,
): StepItems {
	const count = documents.length;
	const items = allocateItems(count);
	const lengths = new Int32Array(count);
	const numbers = () => new Int32Array(count);
	const chunks = {
		document: new BigInt64Array(count).fill(-1n),
		chunk: numbers().fill(-1),
		isFirst: numbers(),
		isLast: numbers(),
		prefixLength: numbers(),
	};
	items.dataset.fill(-1);
	items.row.fill(-1);
	let used = 0;
	documents.forEach((document, i) => {
		items.offsets[i] = used;
		if (document === null) return;
		const { dataset, row, firstStep, tokens, prefixLength } = document;
		const number = step - firstStep;
		const start = number * chunk;
		const rows = finder.rowsOf(dataset);
		const of = rows.documentOf(row);
		items.dataset[i] = dataset;
		items.row[i] = row;
		items.start[i] = start;
		lengths[used++] = Math.min(chunk, tokens - start);
		chunks.document[i] = (BigInt(of.task) << 32n) + BigInt(of.number);
		chunks.chunk[i] = number;
		chunks.isFirst[i] = Number(number === 0);
		chunks.isLast[i] = Number(start + chunk >= tokens);
		chunks.prefixLength[i] = prefixLength;
	});
	items.offsets[count] = used;
	eachOf(count, (i) => {
		const document = documents[i];
		if (document === null) return;
		const rows = finder.rowsOf(document.dataset);
		// Those that its tokens are to predict.
		const first = items.start[i] + 1;
		const labels = Math.min(chunk, document.tokens - first);
		items.labels[i] = rows.isMasked
			? sum(maskOf(rows, document.row, first, labels))
			: labels;
	});
	return { ...items, lengths: lengths.subarray(0, used), chunks };
}
