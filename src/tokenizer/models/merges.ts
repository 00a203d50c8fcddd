import { quoted } from "../../core/text.js";
import type { Component } from "../component.js";
import { readRanks } from "../merge-ranks.js";
import type { Vocabulary } from "./vocabulary.js";

/** Ranks are below this: one and a place in a text make a number below 2^53. */
const MOST_MERGES = 2 ** 23;
const ID_RANGE = 2 ** 24;

/** The merges of a file, in its order: for each its pair, and the id that it makes. */
export class Merges {
	/** Place by the ids of a pair, made when it is first asked for; of pairs that come twice the last counts. */
	#places: Map<number, number> | null = null;
	/** By place in the order, which is the rank where none are shared. */
	readonly lefts: Int32Array;
	readonly rights: Int32Array;
	readonly made: Int32Array;

	/** @param ranks By place in the order, where merges share ranks. */
	constructor(
		count: number,
		readonly ranks: Int32Array | null = null,
	) {
		this.lefts = new Int32Array(count);
		this.rights = new Int32Array(count);
		this.made = new Int32Array(count);
	}

	set(place: number, left: number, right: number, made: number): void {
		this.lefts[place] = left;
		this.rights[place] = right;
		this.made[place] = made;
	}

	#findPlaces(): Map<number, number> {
		const places = new Map<number, number>();
		for (let place = 0; place < this.made.length; place++)
			places.set(this.lefts[place] * ID_RANGE + this.rights[place], place);
		return places;
	}

	/** The merge of a pair, by its place in the order; -1 for a pair that no merge joins. */
	find(left: number, right: number): number {
		this.#places ??= this.#findPlaces();
		return this.#places.get(left * ID_RANGE + right) ?? -1;
	}
}

/**
 * Reads the field `merges`: pairs of tokens, or texts of two with a space between.
 * @param prefix What the second token has before it that the one they make has not.
 * @throws DataError `not-a-tokenizer`
 */
export function readMerges(
	component: Component,
	{ ids }: Vocabulary,
	prefix: string,
): Merges {
	const given = component.raw("merges");
	if (!Array.isArray(given))
		throw component.fault("merges", "a list of pairs of tokens");
	const areTexts = typeof given[0] === "string";
	// Lines of a file of merges may be there as they were, with the one that tells its version.
	const merges = areTexts
		? given.filter(
				(merge) => typeof merge !== "string" || !merge.startsWith("#version"),
			)
		: given;
	if (merges.length > MOST_MERGES)
		throw component.refused(
			`it has ${merges.length} merges, and there may be ${MOST_MERGES}`,
		);
	const prefixBytes = new TextEncoder().encode(prefix).length;
	const read = new Merges(merges.length, readRanks(component, merges.length));
	for (const [rank, merge] of merges.entries()) {
		const pair = areTexts ? splitMerge(merge) : merge;
		if (!isPair(pair))
			throw component.refused(
				`its "merges"[${given.indexOf(merge)}] is ${quoted(merge)}, not ${areTexts ? "a text of two tokens with one space between" : "a pair of tokens"}`,
			);
		const [left, right] = pair;
		const rest = prefixBytes === 0 ? right : withoutBytes(right, prefixBytes);
		const tokens = [left, right, rest === null ? null : left + rest];
		const [leftId, rightId, madeId] = tokens.map((token) =>
			token === null ? undefined : ids.get(token),
		);
		if (leftId === undefined || rightId === undefined || madeId === undefined) {
			const missing =
				leftId === undefined ? left : rightId === undefined ? right : tokens[2];
			throw component.refused(
				missing === null
					? `its "merges"[${given.indexOf(merge)}] is ${quoted(merge)}, and the second token does not begin with "continuing_subword_prefix"`
					: `its "merges"[${given.indexOf(merge)}] is ${quoted(merge)}, and ${quoted(missing)} is not in its "vocab"`,
			);
		}
		read.set(rank, leftId, rightId, madeId);
	}
	return read;
}

function splitMerge(merge: unknown): unknown {
	return typeof merge === "string" ? merge.split(" ") : merge;
}

function isPair(pair: unknown): pair is [string, string] {
	return (
		Array.isArray(pair) &&
		pair.length === 2 &&
		typeof pair[0] === "string" &&
		typeof pair[1] === "string"
	);
}

/**
 * A token without its first bytes, whatever they are: the Rust library cuts off as many as the
 * prefix has. Null where that cuts a character, or leaves less than nothing.
 */
function withoutBytes(token: string, count: number): string | null {
	let bytes = 0;
	let at = 0;
	for (const character of token) {
		if (bytes >= count) break;
		const point = character.codePointAt(0) as number;
		bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
		at += character.length;
	}
	return bytes === count ? token.slice(at) : null;
}
