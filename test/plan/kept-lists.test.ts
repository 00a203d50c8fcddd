import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatasetBuckets } from "../../src/plan/dataset-buckets.js";
import { KeptLists } from "../../src/plan/kept-lists.js";
import { OpenFiles } from "../../src/plan/open-files.js";
import { RowReader } from "../../src/plan/row-reader.js";
import { StoreReaders } from "../../src/plan/store-reader.js";
import { rowsOfBuckets } from "../batches/datasets.js";
import { temporaryDirectory } from "../helpers.js";
import { skewedLengths, tokenRows } from "./groups.js";

test.each([0, 150, 1e6])("the same with room for %d numbers", async (most) => {
	const data = join(temporaryDirectory(), "data");
	const shards = { seqLen: 320, shardTokens: 2000 };
	await tokenRows(skewedLengths(200, 320), data, shards, true);
	const dataset = await openDatasetBuckets(data, false);
	const [bucket] = dataset.buckets;
	const files = new OpenFiles();
	const stores = new StoreReaders(files);
	const rows = new RowReader(dataset, bucket, files, stores);
	const kept = new KeptLists(most);
	const tokens = [...(await rowsOfBuckets(data)).values()][0];
	expect(bucket.shards.length).toBeGreaterThan(2);
	for (let i = 0; i < 2 * bucket.rows; i++) {
		const row = (i * 7) % bucket.rows;
		const lengths = kept.read(rows, row, "seq_lengths");
		expect(lengths.reduce((a, b) => a + b)).toBe(tokens[row].length);
		expect(lengths).toEqual(rows.readLengths(row));
		const labels = kept.read(rows, row, "label_counts");
		expect(labels.reduce((a, b) => a + b)).toBe(rows.readLabels(row));
	}
	files.close();
});
