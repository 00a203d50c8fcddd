import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localFiles } from "../../src/storage/local.js";
import {
	type OwnDirectory,
	withLockedDirectory,
} from "../../src/storage/locked-directory.js";
import { temporaryDirectory } from "../helpers.js";

/** A directory that is ours where it holds nothing but `done` and its state. */
function directory() {
	const out = join(temporaryDirectory(), "out");
	const done = join(out, "done");
	const work = join(out, ".seqpack/work");
	const own: OwnDirectory = {
		async requireFree(overwrite) {
			const names = await localFiles.list(out);
			if (names.some((name) => name !== "done" && name !== ".seqpack"))
				throw new Error("something else");
			if (!overwrite && existsSync(done)) throw new Error("done already");
		},
		tidy: () => localFiles.remove(work),
	};
	const write = (overwrite = false) =>
		withLockedDirectory(localFiles, out, out, own, { overwrite }, async () =>
			writeFileSync(done, "new"),
		);
	return { out, done, work, own, write };
}

test("what a call left that was killed once it was done goes, though another is refused", async () => {
	const { out, work, write } = directory();
	await write();
	await expect(write()).rejects.toThrow("done already");
	mkdirSync(work, { recursive: true });
	await expect(write()).rejects.toThrow("done already");
	expect(existsSync(join(out, ".seqpack"))).toBe(false);
	await write(true);
});

test("a directory that holds something else is not written to, whatever its state", async () => {
	const { out, work, write } = directory();
	mkdirSync(work, { recursive: true });
	writeFileSync(join(out, "thesis"), "mine");
	await expect(write(true)).rejects.toThrow("something else");
	expect(existsSync(work)).toBe(true);
	expect(existsSync(join(out, ".seqpack/lock"))).toBe(false);
});

test("what could not be removed at the end is removed by the next call", async () => {
	const { out, work, own, write } = directory();
	const { tidy } = own;
	let calls = 0;
	own.tidy = async () => {
		if (++calls === 2) throw new Error("the disk reported an error");
		await tidy();
		if (calls === 1) mkdirSync(work, { recursive: true });
	};
	await write();
	await expect(write()).rejects.toThrow("done already");
	expect(existsSync(join(out, ".seqpack"))).toBe(false);
});
