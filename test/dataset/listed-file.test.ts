import {
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
	openListedAtRandom,
	readListed,
} from "../../src/dataset/listed-file.js";
import { localFiles } from "../../src/storage/local.js";
import { explainSystemError } from "../../src/storage/system-errors.js";
import { directoryWith } from "../helpers.js";

const whole = "the rows of a shard";
const shard = () => join(directoryWith({ shard: whole }), "shard");

/** Reads a file in two pieces, with something done between them. */
async function read(path: string, meanwhile = () => {}): Promise<string> {
	let text = "";
	const pieces = readListed(localFiles, path, async function* (file) {
		yield await file.read(0, 9);
		meanwhile();
		yield await file.read(9, 99);
	});
	for await (const piece of pieces) text += piece;
	return text;
}

describe("a file that a manifest lists", () => {
	test("is read as it is", async () => {
		expect(await read(shard())).toBe(whole);
	});

	test.each<[string, (path: string) => void]>([
		["is cut", (path) => truncateSync(path, 12)],
		["is written to", (path) => writeFileSync(path, whole.toUpperCase())],
		["vanishes", (path) => rmSync(path)],
		[
			"is replaced",
			(path) => {
				writeFileSync(`${path}.new`, whole);
				renameSync(`${path}.new`, path);
			},
		],
	])("and %s while it is read is told as changed", async (_, change) => {
		const path = shard();
		await expect(read(path, () => change(path))).rejects.toMatchObject({
			code: "file-changed",
			exitCode: 1,
			message: expect.stringMatching(/shard changed while it was being read/),
		});
	});

	test("and is gone, or a directory, is no wrong use", async () => {
		const path = shard();
		rmSync(path);
		const due = { code: "dataset-changed", exitCode: 4 };
		await expect(read(path)).rejects.toMatchObject(due);
		expect(() =>
			openListedAtRandom(localFiles, path, "The plan", "make it again"),
		).toThrow(/The plan was built anew, moved or removed .*: make it again\.$/);
		mkdirSync(path);
		await expect(read(path)).rejects.toMatchObject(due);
	});

	test("and may not be read is told as such, and not as gone", async () => {
		const path = shard();
		const refuse = (): never => {
			const error = Object.assign(new Error(), { code: "EACCES" });
			throw explainSystemError(error, "read", path);
		};
		const storage = {
			...localFiles,
			open: async () => refuse(),
			openForRandomAccess: refuse,
		};
		const reading = readListed(storage, path, async function* () {});
		const due = { code: "access-denied", exitCode: 2 };
		await expect(reading.next()).rejects.toMatchObject(due);
		expect(() => openListedAtRandom(storage, path, "The plan", "x")).toThrow(
			/shard: permission is denied; change its permissions or choose another path\.$/,
		);
	});

	test("and is written to while it is open for reads at random is told as changed", () => {
		const path = shard();
		const file = localFiles.openForRandomAccess(path);
		expect(file.readInto(new Uint8Array(9), 0, 0, 9)).toBe(9);
		writeFileSync(path, whole.toUpperCase());
		expect(readFileSync(path).length).toBe(file.size);
		expect(() => file.close?.()).toThrow(/changed while it was being read/);
	});
});
