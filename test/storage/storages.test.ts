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

test("versions stand for content where a service says so, and those of files here do not", () => {
	const tagOf = (scheme: string, version: string) =>
		storages.find(scheme).contentTag?.(version) ?? null;
	for (const scheme of ["s3", "gs", "https"]) {
		expect(tagOf(scheme, '"0cc175b9c0f1b6a8-2"')).toBe("0cc175b9c0f1b6a8-2");
		for (const version of [
			'W/"0cc175b9c0f1b6a8"',
			"Mon, 01 Jan 2024 00:00:00 GMT",
			'""',
			"",
		])
			expect(tagOf(scheme, version), version).toBe(null);
	}
	expect(tagOf("hf", "0cc175b9")).toBe("0cc175b9");
	expect(tagOf("hf", "")).toBe(null);
	expect(tagOf("file", '"1"')).toBe(null);
});
