// Arrow files of other writers as tables with all columns, as records are packed from them.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { sourceFormats } from "../../src/sources/formats.js";
import { storageAt } from "../../src/storage/storages.js";

const directory = fileURLToPath(
	new URL("../../fixtures/interop/sources/arrow", import.meta.url),
);
const written = readdirSync(directory).filter((name) =>
	/^(?:polars|pyarrow-file|pyarrow-string-view)/.test(name),
);

async function textsOf(name: string) {
	const path = `${directory}/${name}`;
	const storage = storageAt(path);
	const { openTable } = sourceFormats.find("arrow");
	const size = (await storage.stat(path))?.size ?? 0;
	const file = { ...{ path, source: name, size }, version: "" };
	const table = await openTable?.(storage, file as never);
	const texts: unknown[] = [];
	for await (const batch of table?.batches() ?? [])
		texts.push(...(batch.getChild("text") ?? []));
	await table?.close();
	return texts;
}

test.for(written)("%s has all its records", async (name) => {
	const texts = await textsOf(name);
	expect(texts).toHaveLength(50);
	expect(texts).toEqual(await textsOf("pyarrow-file.arrow"));
});
