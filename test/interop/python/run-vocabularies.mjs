// Vocabularies that are no tokenizer.json: the ids of mistral-common, tiktoken and sentencepiece, on the fixtures.
import { deepEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDocuments, tokenizerFromJson } from "../../../dist/src/index.js";
import { readTokenizerFiles } from "../../../dist/src/storage/load-tokenizer.js";

const directory = mkdtempSync(join(tmpdir(), "seqpack-vocabularies-"));
try {
	const texts = [
		"",
		" ",
		"a\n\n  b",
		"e\u0301 <s>[INST] <|endoftext|>",
		"\u3000漢字 123456",
		"\ud83d\udc4d\u200d",
		"  <sep> the<sep> ab c \r\n\t \u2581\u2581 \u2581",
		"e\u0301\u0301 \uff1csep\uff1e \u304b\u3099 \u00bd\u3300 \u0000\ufffd",
		Array.from({ length: 0x3000 }, (_, i) =>
			String.fromCodePoint(i + 1, 0x20, i + 1, 0x301),
		).join(""),
	];
	for await (const batch of readDocuments(["fixtures/prose", "fixtures/code"]))
		texts.push(...batch.texts.slice(0, 40));
	writeFileSync(join(directory, "texts.json"), JSON.stringify(texts));
	execFileSync(
		process.env.PYTHON,
		["test/interop/python/check_vocabularies.py", directory],
		{ stdio: "inherit" },
	);
	const read = (name) =>
		JSON.parse(readFileSync(join(directory, name), "utf8"));
	const due = read("ids.json");
	const decoded = read("decoded.json");
	for (const [file, ids] of Object.entries(due)) {
		const files = await readTokenizerFiles(join(directory, file));
		// None of them looks for special tokens in a text.
		const tokenizer = tokenizerFromJson({
			...files,
			splitsSpecialTokens: true,
		});
		for (const [i, text] of texts.entries())
			deepEqual([...tokenizer.encode(text)], ids[i], `${file}: ${text}`);
		for (const [i, text] of (decoded[file] ?? []).entries())
			if (text !== null)
				deepEqual(
					tokenizer.decode(ids[i]),
					text,
					`${file}: decoded ${texts[i]}`,
				);
		console.log(`${file}: ${texts.length} texts, ${ids.flat().length} ids`);
	}
} finally {
	rmSync(directory, { recursive: true });
}
