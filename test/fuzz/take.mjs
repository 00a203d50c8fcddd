// Makes documents of records, as options say, or composes records by a recipe.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecipe } from "../../dist/src/compose/read-recipe.js";
import { textAt } from "../../dist/src/core/text-batch.js";
import { documentTaker } from "../../dist/src/documents/take-documents.js";
import { takeSettings } from "../../dist/src/documents/take-settings.js";
import { composeRecords } from "../../dist/src/recipes/compose-records.js";
import { parseRecipe } from "../../dist/src/recipes/recipe.js";
import { divisionOf, wholeSpan } from "../../dist/src/sources/divide.js";
import { readSpans } from "../../dist/src/sources/read-records.js";
import { loadTokenizer } from "../../dist/src/storage/load-tokenizer.js";
import { memoryStorage } from "../../dist/src/storage/memory.js";

const directory = mkdtempSync(join(tmpdir(), "seqpack-fuzz-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
const tokenizer = await loadTokenizer("bytes");

/** @param input `lines` of JSON, and `take` with `chat`; or a recipe with its `name`. */
export function run(input) {
	return "recipe" in input ? composed(input) : taken(input);
}

async function taken({ lines, take, chat }) {
	const storage = memoryStorage({ "a.jsonl": lines });
	const file = {
		...{ path: "a.jsonl", source: "a.jsonl", size: lines.length },
		...{ version: null, frames: null, format: "jsonl", compression: null },
	};
	const span = wholeSpan(await divisionOf(storage, file));
	const result = { texts: [], bad: [] };
	const batches = readSpans([{ storage, file, span }], {
		taker: documentTaker({ ...takeSettings({}), ...take }, { chat }),
		onBadRecord(bad) {
			if (bad.sentence.length > 3000)
				throw new Error(`a sentence of ${bad.sentence.length} characters`);
			result.bad.push(bad);
		},
	});
	for await (const { texts, positions } of batches)
		for (const i of positions.keys())
			result.texts.push(textAt(texts, i).length);
	return result;
}

async function composed({ recipe, name, records }) {
	const path = join(directory, name);
	writeFileSync(path, recipe);
	const parsed = parseRecipe(await readRecipe(path), path);
	const { records: made } = composeRecords(records, parsed, {
		...{ tokenizer, onError: "skip", seed: 1 },
	});
	return { texts: made.map(({ text }) => text?.length ?? 0), bad: [] };
}
