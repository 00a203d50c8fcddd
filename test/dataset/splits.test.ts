import { expect, test } from "vitest";
import { splitOfName } from "../../src/dataset/splits.js";

test.each([
	["train-00000-of-00010.parquet", "train"],
	["data/validation-00.jsonl", "validation"],
	["val.jsonl.gz", "validation"],
	["c4-dev_3.json", "validation"],
	["eval/part-1.txt", "test"],
	["Test2.csv", "test"],
	["validation/train.jsonl", "train"],
	["value.jsonl", null],
	["latest.jsonl", null],
	["training_set.txt", "train"],
	["a.jsonl", null],
])("the name %s tells the split %s", (name, split) => {
	expect(splitOfName(name)).toBe(split);
});
