import { byteOfCharacter, bytesOfWord } from "./byte-characters.js";

/** Looks a pair of tokens up among the merges. */
export type FindMerge = (
	left: number,
	right: number,
) => { rank: number; made: number } | null;

/**
 * The characters of several bytes that merging byte by byte makes one token,
 * whatever stands around them: merging may begin with that token. Such is a
 * character whose bytes merge to one token by merges up to rank R, where every merge
 * that
 *
 * - joins its first bytes, but not all, to what comes before,
 * - joins its last bytes, but not all, to what comes after, or
 * - joins that token to anything
 *
 * comes after R. For then, of the merges in the order of their ranks, those within
 * the character are done before any other touches it.
 */
export class WholeCharacters {
	readonly #strings: readonly string[];
	/** The lowest rank of a merge with the token on its left or right. */
	readonly #lowestOf: Float64Array;
	/** The lowest ranks of merges whose right, or left, is part of a character. */
	readonly #prefixes = new Map<string, number>();
	readonly #suffixes = new Map<string, number>();

	/** @param strings The tokens by id, as a byte-level vocabulary writes them. */
	constructor(strings: readonly string[]) {
		this.#strings = strings;
		this.#lowestOf = new Float64Array(strings.length).fill(
			Number.POSITIVE_INFINITY,
		);
	}

	/** Merges come by rank. */
	addMerge(rank: number, leftId: number, rightId: number): void {
		this.#lowestOf[leftId] = Math.min(this.#lowestOf[leftId], rank);
		this.#lowestOf[rightId] = Math.min(this.#lowestOf[rightId], rank);
		const left = this.#strings[leftId];
		const right = this.#strings[rightId];
		const next = byteOfCharacter(right.charCodeAt(0));
		if (next >= 0xc0 && right.length < 4 && isBeginning(bytesOfWord(right)))
			setIfNew(this.#prefixes, right, rank);
		if (
			left.length < 4 &&
			isContinuation(byteOfCharacter(left.charCodeAt(0))) &&
			next !== -1 &&
			!isContinuation(next) &&
			bytesOfWord(left)?.every(isContinuation)
		)
			setIfNew(this.#suffixes, left, rank);
	}

	/** Code points and the tokens that stand for them, of those in the vocabulary. */
	find(idOfByte: ArrayLike<number>, findMerge: FindMerge): Map<number, number> {
		const found = new Map<number, number>();
		const decoder = new TextDecoder("utf-8", { fatal: true });
		this.#strings.forEach((token, id) => {
			if (token.length < 2 || token.length > 4) return;
			const bytes = bytesOfWord(token);
			if (bytes === null || lengthOf(bytes[0]) !== bytes.length) return;
			if (!bytes.subarray(1).every(isContinuation)) return;
			const symbols = Array.from(bytes, (byte) => idOfByte[byte]);
			const rank = mergeAll(symbols, findMerge);
			if (symbols.length > 1 || symbols[0] !== id) return;
			if (this.#lowestOf[id] < rank) return;
			for (let cut = 1; cut < token.length; cut++) {
				if ((this.#prefixes.get(token.slice(0, cut)) ?? rank) < rank) return;
				if ((this.#suffixes.get(token.slice(cut)) ?? rank) < rank) return;
			}
			try {
				found.set(decoder.decode(bytes).codePointAt(0) as number, id);
			} catch {
				// No character: a surrogate, or longer than need be. Texts have none.
			}
		});
		return found;
	}
}

/** Merges symbols in place, by rank; returns the highest rank that it took. */
function mergeAll(symbols: number[], findMerge: FindMerge): number {
	let highest = -1;
	for (;;) {
		let best: { rank: number; made: number } | null = null;
		let place = 0;
		for (let i = 0; i + 1 < symbols.length; i++) {
			const merge = findMerge(symbols[i], symbols[i + 1]);
			if (merge !== null && merge.rank < (best?.rank ?? Infinity)) {
				best = merge;
				place = i;
			}
		}
		if (best === null) return highest;
		symbols.splice(place, 2, best.made);
		highest = Math.max(highest, best.rank);
	}
}

function setIfNew(map: Map<string, number>, key: string, rank: number): void {
	if (!map.has(key)) map.set(key, rank);
}

/** Whether bytes begin a character and do not end it. */
function isBeginning(bytes: Uint8Array | null): boolean {
	return (
		bytes !== null &&
		lengthOf(bytes[0]) > bytes.length &&
		bytes.subarray(1).every(isContinuation)
	);
}

function isContinuation(byte: number): boolean {
	return (byte & 0xc0) === 0x80;
}

/** Bytes of the character that a byte begins; 0 for one that begins none of several. */
function lengthOf(first: number): number {
	if (first < 0xc0) return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
