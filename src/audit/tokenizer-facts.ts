import { parseJson } from "../core/json.js";
import { isObject } from "../core/values.js";
import { readTokenizerFiles } from "../storage/load-tokenizer.js";
import { openKept, prepareKept } from "../tokenizer/kept-tokenizer.js";
import type { AuditContext } from "./context.js";

/** What checks know of a tokenizer; none: nothing. */
export async function tokenizerFacts(
	path: string | undefined,
): Promise<Pick<AuditContext, "vocabSize" | "bos" | "eos" | "addsBos">> {
	if (path === undefined)
		return { vocabSize: null, bos: null, eos: null, addsBos: false };
	const files = await readTokenizerFiles(path);
	const tokenizer = openKept(prepareKept(files.fingerprint, files, "auto"));
	const { bos, eos, vocabSize } = tokenizer;
	const json: unknown =
		files.tokenizerJson === undefined ? null : parseJson(files.tokenizerJson);
	// A template of the texts that it gives names the tokens that it adds.
	const processor = isObject(json) ? json.post_processor : null;
	const addsBos =
		bos !== null &&
		JSON.stringify(processor ?? null).includes(JSON.stringify(bos.token));
	return { vocabSize, bos: bos?.id ?? null, eos: eos?.id ?? null, addsBos };
}
