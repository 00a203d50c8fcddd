import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Int32 } from "apache-arrow";
import { expect, test } from "vitest";
import { sourceFormats } from "../../../src/sources/formats.js";
import { BadInput } from "../../../src/sources/source.js";
import { storageAt } from "../../../src/storage/storages.js";
import { temporaryDirectory } from "../../helpers.js";
import { writers } from "../../records/inputs.js";

const numbers = Array.from({ length: 300 }, (_, i) => (i * i) % 997);

/** The numbers that a file has; its fault where it cannot be read. */
async function read(bytes: Uint8Array): Promise<unknown> {
	const path = join(temporaryDirectory(), "a.parquet");
	writeFileSync(path, bytes);
	const file = { path, source: "a", size: bytes.length, version: "" };
	const found: unknown[] = [];
	try {
		const { openTable } = sourceFormats.find("parquet");
		const table = await openTable?.(storageAt(path), file as never);
		try {
			for await (const batch of table?.batches() ?? [])
				found.push(...(batch.getChild("n") ?? []));
		} finally {
			await table?.close();
		}
	} catch (error) {
		if (!(error instanceof BadInput)) throw error;
		return error.reason;
	}
	return found;
}

test("a byte that is another one anywhere ends in a fault of the file, or in values", async () => {
	const sound = writers["parquet file"]({ n: [new Int32(), numbers] });
	expect(await read(sound)).toEqual(numbers);
	const faults = new Set<unknown>();
	for (let at = 4; at < sound.length; at += 131) {
		const damaged = Uint8Array.from(sound);
		damaged[at] ^= 0xff;
		const found = await read(damaged);
		if (typeof found === "string") faults.add(found);
		else expect(found, `byte ${at}`).toHaveLength(numbers.length);
	}
	expect([...faults].sort()).toEqual(["corrupt-parquet", "not-parquet"]);
	// What comes after it is read as ever.
	expect(await read(sound)).toEqual(numbers);
});
