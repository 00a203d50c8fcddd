import { expect, test } from "vitest";
import { localFiles } from "../../src/storage/local.js";
import { storageAt, storages } from "../../src/storage/storages.js";

test("paths and URLs of files are local, also with drives and colons", () => {
	for (const path of [
		"data",
		"/data/a.jsonl",
		"./s3:b",
		"dir/s3://b",
		"C:\\data",
		"c:/data",
		"10:30.jsonl",
		"",
		"file:///data",
		"FILE:///data",
	])
		expect(storageAt(path), path).toBe(localFiles);
});

test("a scheme that no storage has is told, with those there are", () => {
	for (const location of ["ftp://bucket/data", "az:bucket"])
		expect(() => storageAt(location)).toThrow(
			`there is no storage "${location.split(":")[0]}"; there are: ${storages.names.join(", ")}. A file of this machine that has a colon in its name is written ./${location}.`,
		);
});
