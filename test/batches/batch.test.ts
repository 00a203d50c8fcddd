import { expect, test } from "vitest";
import { batchSchema } from "../../src/batches/batch.js";
import { batchKinds } from "../../src/curriculum/batch-kinds.js";
import { columns, namesOfBatches } from "../../src/masks/columns.js";

test("no carried field can have the name of a column of batches", () => {
	const taken: readonly string[] = [...columns.names, ...namesOfBatches];
	for (const kind of batchKinds.names)
		for (const { name } of batchSchema(kind, ["loss_weight"], true))
			expect(taken).toContain(name);
});
