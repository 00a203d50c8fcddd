import { optionName } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import {
	type FieldPath,
	fieldName,
	parseFieldPath,
} from "../../sources/records/fields.js";
import { BadInput } from "../../sources/source.js";
import { weighTokens } from "../carried/token-weights.js";
import type { TokenListSettings } from "../take-settings.js";
import type { tokenListReasons } from "./reasons.js";

/** The token ids of a record. */
export interface TokenList {
	ids: Int32Array;
	/** Pairs of a begin and an end of ids that are to be trained on, in order; null: all. */
	trained: Int32Array | null;
	/** The weight of each id; null: none is given. */
	weights: Float32Array | null;
	/** The first id of each of its documents, and the number of ids. */
	borders: Int32Array;
}

/** Reads records as lists of token ids. */
export class TokenListReader {
	/** The fields that it looks at. */
	readonly fields: readonly FieldPath[];
	readonly #tokens: FieldPath;
	readonly #mask: FieldPath | null;
	readonly #borders: FieldPath | null;
	readonly #vocabSize: number;
	readonly #areWeights: boolean;

	/**
	 * @param vocabSize One more than the largest id.
	 * @param areWeights Whether the mask holds weights.
	 * @throws UsageError `bad-option`
	 */
	constructor(
		{ field, mask, borders }: TokenListSettings,
		vocabSize = 2 ** 31,
		areWeights = false,
	) {
		this.#areWeights = areWeights;
		this.#tokens = parseFieldPath(field, "tokensField");
		this.#mask = mask === null ? null : parseFieldPath(mask, "maskField");
		this.#borders =
			borders === null ? null : parseFieldPath(borders, "bordersField");
		this.fields = [this.#tokens, this.#mask, this.#borders].filter(
			(path) => path !== null,
		);
		this.#vocabSize = vocabSize;
	}

	/**
	 * @param values What the fields hold.
	 * @throws BadInput with one of `tokenListReasons`
	 */
	read(values: readonly unknown[]): TokenList {
		const [tokens, ...rest] = values;
		const ids = wholeNumbers(tokens, this.#tokens, "no-tokens");
		requireIds(ids, this.#vocabSize);
		const mask =
			this.#mask === null
				? null
				: this.#readMask(rest.shift(), this.#mask, ids.length);
		const borders =
			this.#borders === null
				? null
				: wholeNumbers(rest.shift(), this.#borders, "wrong-borders");
		return {
			ids: ids instanceof Int32Array ? ids : Int32Array.from(ids),
			trained: mask?.trained ?? null,
			weights: mask?.weights ?? null,
			borders:
				borders === null
					? Int32Array.of(0, ids.length)
					: bordersOf(borders, ids.length),
		};
	}

	#readMask(value: unknown, field: FieldPath, length: number) {
		if (!this.#areWeights)
			return {
				trained: spansOf(wholeNumbers(value, field, "wrong-mask"), length),
				weights: null,
			};
		const list = flatList(value, field, "wrong-mask", "numbers");
		requireLength(list, length);
		return weighTokens(list, (i) =>
			unusable(
				"wrong-mask",
				`number ${i} of the field ${quoted(fieldName(field))} is ${quoted(typeof list[i] === "bigint" ? String(list[i]) : list[i])}, no finite number of at least 0`,
			),
		);
	}
}

/**
 * Checks ids of a document.
 * @throws BadInput `token-out-of-range`
 */
export function requireIds(ids: ArrayLike<number>, vocabSize: number): void {
	for (let i = 0; i < ids.length; i++)
		if (!(ids[i] >= 0 && ids[i] < vocabSize))
			throw unusable(
				"token-out-of-range",
				`token ${i} of the record is ${ids[i]}, and ids are from 0 to ${vocabSize - 1}`,
			);
}

/** What holds nothing but whole numbers. */
const WHOLE = [
	...[Int8Array, Uint8Array, Int16Array, Uint16Array],
	...[Int32Array, Uint32Array],
];

/** The numbers of a list, and of lists within it. */
function wholeNumbers(
	value: unknown,
	field: FieldPath,
	reason: keyof typeof tokenListReasons,
): ArrayLike<number> {
	if (WHOLE.some((type) => value instanceof type))
		return value as ArrayLike<number>;
	const list = listIn(value, field, reason, "whole numbers");
	// Most lists have nothing but small numbers.
	const numbers = new Int32Array(list.length);
	let isPlain = true;
	for (let i = 0; i < list.length && isPlain; i++) {
		const each = list[i];
		if (typeof each === "number") numbers[i] = each;
		isPlain = numbers[i] === each;
	}
	if (isPlain) return numbers;
	const flat = flatList(value, field, reason, "whole numbers");
	for (let i = 0; i < flat.length; i++) {
		const each = flat[i];
		const number =
			typeof each === "bigint" || typeof each === "boolean"
				? Number(each)
				: each;
		if (!Number.isSafeInteger(number))
			throw unusable(
				reason,
				`number ${i} of the field ${quoted(fieldName(field))} is ${quoted(typeof each === "bigint" ? String(each) : each)}, no whole number`,
			);
		flat[i] = number;
	}
	return flat as number[];
}

/** What a field holds, where that is a list. */
function listIn(
	value: unknown,
	field: FieldPath,
	reason: keyof typeof tokenListReasons,
	of: string,
): ArrayLike<unknown> {
	if (Array.isArray(value) || ArrayBuffer.isView(value))
		return value as unknown as ArrayLike<unknown>;
	throw unusable(
		reason,
		value === undefined
			? `the record has no field ${quoted(fieldName(field))}`
			: `the field ${quoted(fieldName(field))} is ${value === null ? "null" : `of type ${typeof value}`}, not a list of ${of}`,
	);
}

/** The values of a list, and of lists within it. */
function flatList(...of: Parameters<typeof listIn>): unknown[] {
	const flat: unknown[] = [];
	const list = listIn(...of);
	for (let i = 0; i < list.length; i++) {
		const each = list[i];
		if (Array.isArray(each)) for (const inner of each) flat.push(inner);
		else flat.push(each);
	}
	return flat;
}

function requireLength(mask: ArrayLike<unknown>, length: number): void {
	if (mask.length !== length)
		throw unusable(
			"wrong-mask",
			`the mask has ${mask.length} numbers, and the record ${length} token ids`,
		);
}

function spansOf(mask: ArrayLike<number>, length: number): Int32Array {
	requireLength(mask, length);
	const spans: number[] = [];
	for (let i = 0; i < length; i++) {
		if (mask[i] !== 0 && mask[i] !== 1)
			throw unusable(
				"wrong-mask",
				`number ${i} of the mask is ${mask[i]}, neither 0 nor 1`,
			);
		if (mask[i] !== (i === 0 ? 0 : mask[i - 1])) spans.push(i);
	}
	if (spans.length % 2 === 1) spans.push(length);
	return Int32Array.from(spans);
}

function bordersOf(pairs: ArrayLike<number>, length: number): Int32Array {
	const borders = [0];
	for (let i = 0; i + 1 < pairs.length; i += 2) {
		const last = borders[borders.length - 1];
		if (pairs[i] !== last || pairs[i + 1] < last)
			throw unusable(
				"wrong-borders",
				`document ${i / 2} of the record is said to have the ids from ${pairs[i]} to ${pairs[i + 1]}, and those before end at ${last}`,
			);
		borders.push(pairs[i + 1]);
	}
	const last = borders[borders.length - 1];
	if (pairs.length % 2 === 1 || pairs.length === 0 || last !== length)
		throw unusable(
			"wrong-borders",
			`the documents of the record are said to end at id ${last}, and it has ${length}`,
		);
	return Int32Array.from(borders);
}

function unusable(
	reason: keyof typeof tokenListReasons,
	what: string,
): BadInput {
	return new BadInput(
		reason,
		`${what}. Fix the record, or give ${optionName("onError", "skip")}`,
	);
}
