import { Int32Buffer } from "../../core/buffers.js";
import { addPairs } from "../add-pairs.js";
import { CharacterJoins } from "../character-joins.js";
import type { Component } from "../component.js";
import type { KernelImage } from "../kernel-image.js";
import {
	BPE_FUSES_UNK,
	BPE_HAS_UNK,
	BPE_WHOLE_WORDS,
	HEADER_BPE_FLAGS,
	HEADER_BY_CHARACTER,
	HEADER_BYTE_IDS,
	HEADER_JOINS,
	HEADER_JOINS_MASK,
	HEADER_MODEL,
	HEADER_PREFIX,
	HEADER_PREFIX_BYTES,
	HEADER_REST,
	HEADER_SUFFIX,
	HEADER_SUFFIX_BYTES,
	HEADER_SYMBOL_OF_ID,
	HEADER_UNK_ID,
	MODEL_ANY_BPE,
	NO_RANK,
} from "../layout.js";
import { addTrie } from "./add-trie.js";
import { idsOfBytes, textInBytes } from "./byte-tokens.js";
import { flagOrNull, textOrNull } from "./fields.js";
import { mergeWord } from "./merge-word.js";
import { type Merges, readMerges } from "./merges.js";
import type { Model } from "./model.js";
import { noToken } from "./no-token.js";
import { readVocabulary, type Vocabulary } from "./vocabulary.js";

const encoder = new TextEncoder();
/** A word in the kernel's cache may have eight times as many ids as bytes. */
const MOST_IDS_PER_BYTE = 8;

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
		addTo(image, spaceIsBlock) {
			const beside = encoder.encode(prefix + suffix).length;
			const idsPerByte = fallsBack ? (spaceIsBlock ? 3 : 1) + beside : 1;
			// Tokens that share an id merge in another way, see ./merge-word.ts.
			const isPlain = ids.size === tokens.filter((t) => t !== undefined).length;
			const hasSpace = /[ \u2581]/.test(prefix + suffix) && spaceIsBlock;
			if (!isPlain || hasSpace || idsPerByte > MOST_IDS_PER_BYTE) return null;
			if (tokens.length >= NO_RANK || merges.made.length >= NO_RANK)
				return null;
			const trie = addTrie(image, ids, spaceIsBlock);
			if (trie === null) return null;
			const unkId = unk === null ? undefined : ids.get(unk);
			const { symbolOf } = addPairs(image, merges, tokens, "characters");
			image.set(HEADER_MODEL, MODEL_ANY_BPE);
			image.addAt(HEADER_SYMBOL_OF_ID, symbolOf);
			image.set(HEADER_REST, trie.walk(encoder.encode(prefix)));
			addText(image, HEADER_PREFIX, HEADER_PREFIX_BYTES, prefix);
			addText(image, HEADER_SUFFIX, HEADER_SUFFIX_BYTES, suffix);
			image.set(HEADER_UNK_ID, unkId ?? -1);
			if (fallsBack) image.addAt(HEADER_BYTE_IDS, idOfByte);
			image.set(
				HEADER_BPE_FLAGS,
				(ignoresMerges ? BPE_WHOLE_WORDS : 0) |
					(unk !== null ? BPE_HAS_UNK : 0) |
					(fusesUnk ? BPE_FUSES_UNK : 0),
			);
			// What is left out brings its neighbours together.
			const leavesOut = unk === null && !(fallsBack && !idOfByte.includes(-1));
			if (prefix === "" && suffix === "" && !ignoresMerges && !leavesOut)
				addJoins(image, merges, vocabulary, [
					unkId ?? -1,
					...(fallsBack ? idOfByte : []),
				]);
			image.set(HEADER_BY_CHARACTER, Number(spaceIsBlock));
			const canFail = unk !== null && unkId === undefined;
			return { idsPerByte, missing: canFail ? { unk } : null };
		},
	};
}

/**
 * Adds where long words may be cut; not where tokens are merged that stand for other characters than theirs.
 * @param others The ids of such tokens, or -1.
 */
function addJoins(
	image: KernelImage,
	{ lefts, rights, made }: Merges,
	{ tokens }: Vocabulary,
	others: readonly number[],
): void {
	const isMerged = new Set([...lefts, ...rights]);
	if (others.some((id) => isMerged.has(id))) return;
	const joins = new CharacterJoins();
	for (const id of new Set(made))
		joins.addToken(tokens[id] ?? "", "characters");
	const { bits, mask } = joins.finish();
	image.addAt(HEADER_JOINS, bits);
	image.set(HEADER_JOINS_MASK, mask);
}

function addText(
	image: KernelImage,
	addressField: number,
	lengthField: number,
	text: string,
): void {
	const bytes = encoder.encode(text);
	image.addAt(addressField, bytes);
	image.set(lengthField, bytes.length);
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
