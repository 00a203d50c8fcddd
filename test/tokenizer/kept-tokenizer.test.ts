import { expect, test } from "vitest";
import { readTokenizerFiles } from "../../src/storage/load-tokenizer.js";
import { openKept, prepareKept } from "../../src/tokenizer/kept-tokenizer.js";
import { tokenizerPath } from "../helpers.js";

test("a tokenizer in use is prepared and opened once, and never taken for another", async () => {
	const { fingerprint, ...files } = await readTokenizerFiles(tokenizerPath);
	const prepared = prepareKept(fingerprint, files, "auto");
	expect(prepareKept(fingerprint, { ...files }, "auto")).toBe(prepared);
	expect(openKept(prepared)).toBe(openKept(prepared));

	const named = prepareKept("another", { name: "bytes" }, "auto");
	expect(openKept(named).engine).toBe("bytes");
	const again = prepareKept(fingerprint, files, "auto");
	const { eos } = openKept(again);
	const config = JSON.stringify({ eos_token: "a" });
	const other = { ...files, configJson: config } as typeof files;
	expect(eos).not.toBeNull();
	expect(openKept(prepareKept(fingerprint, other, "auto")).eos).not.toEqual(
		eos,
	);
	const library = openKept(prepareKept(fingerprint, files, "huggingface"));
	expect(library.engine).not.toBe(openKept(again).engine);
});
