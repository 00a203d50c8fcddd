import { Int32Buffer } from "../../core/buffers.js";
import type { Component } from "../component.js";
import { idsOfBytes, textInBytes } from "./byte-tokens.js";
import { flagOrNull, textOrNull } from "./fields.js";
import { mergeWord } from "./merge-word.js";
import { readMerges } from "./merges.js";
import type { Model } from "./model.js";
import { noToken } from "./no-token.js";
import { readVocabulary } from "./vocabulary.js";

/** Byte-pair encoding (Sennrich et al., 1508.07909). */
export function readBpe(component: Component): Model {
	refuseDropout(component);
	const unk = textOrNull(component, "unk_token");
	const prefix = textOrNull(component, "continuing_subword_prefix") ?? "";
	const suffix = textOrNull(component, "end_of_word_suffix") ?? "";
	const fusesUnk = flagOrNull(component, "fuse_unk");
	const ignoresMerges = flagOrNull(component, "ignore_merges");
	const fallsBack = flagOrNull(component, "byte_fallback");
	const vocabulary = readVocabulary(component);
	const { ids, tokens } = vocabulary;
	const merges = readMerges(component, vocabulary, prefix);
	const idOfByte = idsOfBytes(ids);
	const symbols = new Int32Buffer();

	/** What merging begins with. */
	const readSymbols = (word: string) => {
		symbols.length = 0;
		/** The token of what is unknown, not yet written: more may come to it. */
		let pending = -1;
		for (let at = 0; at < word.length; ) {
			const character = String.fromCodePoint(word.codePointAt(at) as number);
			const next = at + character.length;
			const symbol = `${at > 0 ? prefix : ""}${character}${next === word.length ? suffix : ""}`;
			at = next;
			const id = ids.get(symbol);
			if (id !== undefined) {
				if (pending !== -1) symbols.push(pending);
				pending = -1;
				symbols.push(id);
				continue;
			}
			const bytes = fallsBack ? textInBytes(symbol, idOfByte) : null;
			if (bytes !== null) {
				// The Rust library writes what is pending after these.
				symbols.append(bytes);
				continue;
			}
			// Without a token for it the Rust library leaves it out.
			if (unk === null) continue;
			if (pending !== -1 && !fusesUnk) symbols.push(pending);
			const unkId = pending !== -1 && fusesUnk ? pending : ids.get(unk);
			if (unkId === undefined) throw noToken(character, unk);
			pending = unkId;
		}
		if (pending !== -1) symbols.push(pending);
		return symbols.view();
	};

	return {
		type: "BPE",
		tokens,
		tokenToId: (token) => ids.get(token),
		encodeWord(word, out) {
			const whole = ignoresMerges ? ids.get(word) : undefined;
			if (whole !== undefined) out.push(whole);
			else mergeWord(readSymbols(word), merges, out);
		},
	};
}

function refuseDropout(component: Component): void {
	const dropout = component.raw("dropout") ?? 0;
	if (typeof dropout !== "number" || !(dropout >= 0 && dropout <= 1))
		throw component.fault("dropout", "null or a number from 0 to 1");
	// The Rust library has it in 32 bits.
	if (Math.fround(dropout) !== 0)
		throw component.refused(
			`its "dropout" is ${dropout}, so that a text would have other ids each time: set it to null`,
		);
}
