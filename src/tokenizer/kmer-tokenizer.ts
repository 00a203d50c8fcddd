import type { Int32Buffer } from "../core/buffers.js";
import { createRandom, randomBelow } from "../core/random.js";
import { BaseTokenizer } from "./base-tokenizer.js";
import { idOutside } from "./id-outside.js";
import type { SpecialToken } from "./tokenizer.js";

/** Bases of a token, at most: there are 4^12 of them. */
export const LONGEST_KMER = 12;

/** What becomes of the bases that are left where their number is no multiple of k. */
export const kmerRests = [
	"oov",
	"pad-a",
	"truncate-right",
	"truncate-left",
] as const;
export type KmerRest = (typeof kmerRests)[number];

export interface KmerSettings {
	/** Bases of a token. */
	k: number;
	/**
	 * `oov`: the bases left at the end are one `<oov>`. `pad-a`: they are filled up with
	 * A. `truncate-right`: they are left out. `truncate-left`: as many bases are left out
	 * at the beginning.
	 */
	rest: KmerRest;
	/** Bases at the beginning that are left out, before all else. */
	phase: number;
	/** Null, or a seed: each text's phase is drawn from it, the text's length and its first bytes. */
	phaseSeed: number | null;
}

/** Bytes at the beginning of a text that its phase is drawn by. */
const DRAWN_BY = 64;

const BASES = "ATCG";
/** The special tokens are the first ids: these, and names that are kept free. */
const NAMED = ["<oov>", "<s>", "</s>", "<pad>", "<mask>"];
const SPECIAL = 32;
const OOV = 0;

/** What a byte is: a base's digit, 0 to 3; no base; nothing at all, such as the end of a line. */
const OTHER = 4;
const BLANK = 5;
const kinds = kindsOfBytes();

/**
 * DNA as tokens of k bases each, one after the other. The first 32 ids are special
 * tokens: `<oov>`, `<s>`, `</s>`, `<pad>`, `<mask>` and free ones; then come the words of
 * k letters in the order that counting has with the digits A, T, C, G. Small letters are as
 * good as capitals. A word with anything else in it, N and the other codes of IUPAC,
 * is one `<oov>`. Blanks and ends of lines are passed over.
 */
export class KmerTokenizer extends BaseTokenizer {
	readonly engine = "kmer";
	readonly vocabSize: number;
	readonly bos: SpecialToken = { token: "<s>", id: 1 };
	readonly eos: SpecialToken = { token: "</s>", id: 2 };
	readonly settings: KmerSettings;
	readonly #encoder = new TextEncoder();

	constructor(settings: KmerSettings) {
		super();
		this.settings = settings;
		this.vocabSize = SPECIAL + 4 ** settings.k;
	}

	encodeInto(text: string, out: Int32Buffer): void {
		this.encodeUtf8Into(this.#encoder.encode(text), out);
	}

	override encodeUtf8Into(text: Uint8Array, out: Int32Buffer): void {
		const { k, rest } = this.settings;
		let leaveOut = this.#phaseOf(text);
		if (rest === "truncate-left")
			leaveOut += Math.max(0, basesOf(text) - leaveOut) % k;
		out.reserve(Math.ceil(text.length / k));
		const ids = out.array;
		let { length } = out;
		let word = 0;
		let others = 0;
		let bases = 0;
		for (let i = 0; i < text.length; i++) {
			if (bases === 0 && leaveOut === 0) {
				// Words of nothing but bases, as almost all are.
				for (; i + k <= text.length; i += k) {
					let all = 0;
					for (let at = i; at < i + k; at++) {
						const kind = kinds[text[at]];
						word = (word << 2) | kind;
						all |= kind;
					}
					if (all >= OTHER) break;
					ids[length++] = SPECIAL + word;
					word = 0;
				}
				word = 0;
				if (i === text.length) break;
			}
			const kind = kinds[text[i]];
			if (kind < OTHER) word = (word << 2) | kind;
			else if (kind === OTHER) others++;
			else continue;
			if (leaveOut > 0) {
				leaveOut--;
				word = others = 0;
				continue;
			}
			if (++bases < k) continue;
			ids[length++] = others === 0 ? SPECIAL + word : OOV;
			word = others = bases = 0;
		}
		if (bases > 0 && rest === "oov") ids[length++] = OOV;
		if (bases > 0 && rest === "pad-a")
			ids[length++] =
				others === 0 ? SPECIAL + (word << (2 * (k - bases))) : OOV;
		out.length = length;
	}

	/** Special tokens as they are called. @throws DataError `token-out-of-range` */
	decode(ids: ArrayLike<number>): string {
		let text = "";
		for (let i = 0; i < ids.length; i++) text += this.#tokenOf(ids[i]);
		return text;
	}

	tokenToId(token: string): number | undefined {
		const { k } = this.settings;
		if (token.length === k && [...token].every((base) => BASES.includes(base)))
			return (
				SPECIAL +
				[...token].reduce((word, base) => 4 * word + BASES.indexOf(base), 0)
			);
		for (let id = 0; id < SPECIAL; id++)
			if (specialToken(id) === token) return id;
		return undefined;
	}

	#phaseOf(text: Uint8Array): number {
		const { k, phase, phaseSeed } = this.settings;
		return phaseSeed === null
			? phase
			: randomBelow(
					createRandom(phaseSeed, text.length, ...text.subarray(0, DRAWN_BY)),
					k,
				);
	}

	#tokenOf(id: number): string {
		if (!(Number.isInteger(id) && id >= 0 && id < this.vocabSize))
			throw idOutside(id, this.vocabSize);
		if (id < SPECIAL) return specialToken(id);
		let token = "";
		for (let at = 2 * (this.settings.k - 1); at >= 0; at -= 2)
			token += BASES[((id - SPECIAL) >> at) & 3];
		return token;
	}
}

function specialToken(id: number): string {
	return NAMED[id] ?? `<free_${id}>`;
}

function basesOf(text: Uint8Array): number {
	let bases = 0;
	for (let i = 0; i < text.length; i++) if (kinds[text[i]] !== BLANK) bases++;
	return bases;
}

function kindsOfBytes(): Uint8Array {
	const kinds = new Uint8Array(256).fill(OTHER);
	for (const [digit, base] of [...BASES].entries())
		for (const letter of [base, base.toLowerCase()])
			kinds[letter.charCodeAt(0)] = digit;
	for (const blank of " \t\n\r\f\v") kinds[blank.charCodeAt(0)] = BLANK;
	return kinds;
}
