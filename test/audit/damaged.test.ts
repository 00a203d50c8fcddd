import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { audit } from "../../src/audit/audit.js";
import { auditKinds } from "../../src/audit/kinds.js";
import { SeqpackError } from "../../src/core/errors.js";
import { createRandom } from "../../src/core/random.js";
import {
	arrowOf,
	datasetOf,
	datatroveOf,
	mdsDataset,
	megatronOf,
	olmoOf,
	parquetOf,
} from "./datasets.js";

const documents = [
	[1, 5, 6, 7, 2],
	[1, 8, 9, 2],
	[1, 10, 11, 12, 13, 14, 2],
];
const rows = documents.map((ids) => ({
	input_ids: ids,
	labels: ids.map((id, i) => (i < 2 ? -100 : id)),
	loss_mask: ids.map((_, i) => (i < 2 ? 0 : 1)),
	seq_start_id: [0],
}));
const right: Record<
	(typeof auditKinds.names)[number],
	() => Record<string, Uint8Array | string>
> = {
	megatron: () => megatronOf(documents),
	olmo: () => olmoOf(documents),
	datatrove: () => datatroveOf(documents, documents.flat().fill(1)),
	mds: () => mdsDataset(documents),
	trl: () => ({ "a.arrow": arrowOf(rows) }),
	axolotl: () => ({ "a.arrow": arrowOf(rows) }),
	"megatron-bridge": () => ({ "a.parquet": parquetOf(rows) }),
	parquet: () => ({ "a.parquet": parquetOf(rows) }),
};

describe("a damaged file is told in a sentence", () => {
	for (const kind of auditKinds.names)
		test(`of ${kind}`, async () => {
			const random = createRandom(7);
			const below = (count: number) => Math.floor(random() * count);
			for (let trial = 0; trial < 18; trial++) {
				const directory = datasetOf(right[kind]());
				const names = readdirSync(directory).sort();
				const path = join(directory, names[trial % names.length]);
				const bytes = readFileSync(path);
				const isCut = trial % 3 === 0;
				if (!isCut) bytes[below(bytes.length)] ^= 1 << below(8);
				const end = isCut ? below(bytes.length) : bytes.length;
				writeFileSync(path, bytes.subarray(0, end));
				try {
					const { findings } = await audit(directory, { kind, eosId: 2 });
					for (const { sentence } of findings) expect(sentence).toMatch(/\.$/);
				} catch (error) {
					expect(error, `trial ${trial}`).toBeInstanceOf(SeqpackError);
				}
			}
		});

	test("is noticed where its end is missing", async () => {
		for (const kind of auditKinds.names)
			for (const name of Object.keys(right[kind]())) {
				const files = right[kind]();
				const whole = Buffer.from(files[name]);
				const path = datasetOf({ ...files, [name]: whole.subarray(0, -9) });
				const told = await audit(path, { kind, eosId: 2 }).then(
					({ findings }) => findings.map(({ check }) => check),
					(error: SeqpackError) => [error.code],
				);
				expect(told, `${kind}: ${name}`).not.toEqual([]);
			}
	});
});
