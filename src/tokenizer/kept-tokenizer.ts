// The tokenizer that was used last is found again, as long as nobody needs its memory: parsing
// and compiling it, and filling its cache, take longer than all else of a small build.

import {
	openTokenizer,
	type PreparedTokenizer,
	prepareTokenizer,
	type TokenizerEngine,
	type TokenizerFiles,
	type TokenizerName,
} from "./from-json.js";
import type { Tokenizer } from "./tokenizer.js";

let last: { key: string; prepared: WeakRef<PreparedTokenizer> } | null = null;
const opened = new WeakMap<PreparedTokenizer, Tokenizer>();

/**
 * As `prepareTokenizer`; where this thread prepared the same files last, the same as then.
 * @param fingerprint Tells a tokenizer.json from all others.
 */
export function prepareKept(
	fingerprint: string,
	files: TokenizerFiles | TokenizerName,
	engine: TokenizerEngine,
): PreparedTokenizer {
	const key = JSON.stringify([
		fingerprint,
		files.configJson,
		files.splitsSpecialTokens,
		files.isConverted,
		engine,
	]);
	const kept = last?.key === key ? last.prepared.deref() : undefined;
	if (kept !== undefined) return kept;
	const prepared = prepareTokenizer(files, engine);
	last = { key, prepared: new WeakRef(prepared) };
	return prepared;
}

/** As `openTokenizer`; what was opened in this thread and is still there is shared. */
export function openKept(prepared: PreparedTokenizer): Tokenizer {
	let tokenizer = opened.get(prepared);
	if (tokenizer === undefined) {
		tokenizer = openTokenizer(prepared);
		opened.set(prepared, tokenizer);
	}
	return tokenizer;
}
