import { expect, test } from "vitest";
import { pathFrom, pathTo } from "../../src/storage/paths.js";

test.each([
	["s3://bucket/plan", "s3://bucket/data", "../data"],
	["s3://bucket/a/plan", "s3://bucket/b/c", "../../b/c"],
	["s3://bucket", "s3://bucket/data", "data"],
	["s3://bucket/plan", "s3://other/data", "s3://other/data"],
	["plan", "s3://bucket/data", "s3://bucket/data"],
	["s3://bucket/plan", "/data", "/data"],
	["a/plan", "a/data", "../data"],
	["/a/plan", "/a/data", "../data"],
])("from %s to %s is %s, and leads there", (from, target, path) => {
	expect(pathTo(from, target)).toBe(path);
	expect(pathFrom(from, path)).toBe(target);
});
