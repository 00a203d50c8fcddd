import { Int32Buffer } from "../../core/buffers.js";
import { optionName } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import { givenWeighting } from "../../masks/loss-weights.js";
import {
	type FieldPath,
	fieldName,
	parseFieldPath,
} from "../../sources/records/fields.js";
import { BadInput } from "../../sources/source.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { carriedReasons } from "./reasons.js";
import { weighTokens } from "./token-weights.js";

/** Reads what of a text is to be trained on, which a field says token by token. */
export class LossReader {
	readonly field: FieldPath;
	readonly #tokenizer: (() => Tokenizer) | undefined;
	readonly #ids = new Int32Buffer();
	readonly #areWeights: boolean;

	/** @param areWeights Whether it holds weights, and not a mask. @throws UsageError `bad-option` */
	constructor(field: string, areWeights: boolean, tokenizer?: () => Tokenizer) {
		this.field = parseFieldPath(field, "lossFrom");
		this.#areWeights = areWeights;
		this.#tokenizer = tokenizer;
	}

	/**
	 * BOS and EOS that are added are not counted. Weights are those that the field holds, or of a
	 * mask none.
	 * @param text In UTF-8.
	 * @param value What the field holds.
	 * @throws BadInput `wrong-loss`
	 */
	read(
		text: Uint8Array,
		value: unknown,
	): { trained: Int32Array; weights: Float32Array | null } {
		if (this.#tokenizer === undefined)
			throw new Error("a mask of tokens needs a tokenizer");
		this.#ids.length = 0;
		this.#tokenizer().encodeUtf8Into(text, this.#ids);
		return this.#read(value, this.#ids.length);
	}

	#read(value: unknown, tokens: number) {
		const field = quoted(fieldName(this.field));
		if (!Array.isArray(value) && !ArrayBuffer.isView(value))
			throw wrong(
				value === undefined
					? `the record has no field ${field}`
					: `the field ${field} is ${value === null ? "null" : `of type ${typeof value}`}, not a list of numbers`,
			);
		const list = value as unknown as ArrayLike<unknown>;
		if (list.length !== tokens)
			throw wrong(
				`the field ${field} has ${list.length} numbers, and the text ${tokens} tokens`,
			);
		const not = (i: number, what: string) =>
			wrong(
				`number ${i} of the field ${field} is ${quoted(typeof list[i] === "bigint" ? String(list[i]) : list[i])}, ${what}`,
			);
		if (this.#areWeights)
			return weighTokens(list, (i) => not(i, "no finite number of at least 0"));
		const spans: number[] = [];
		for (let i = 0; i < list.length; i++) {
			const trains = trainsOn(list[i]);
			if (trains === null)
				throw not(
					i,
					`neither 0 nor 1${isWeight(list[i]) ? `: weights are kept in rows, with ${optionName("lossWeight", givenWeighting)}` : ""}`,
				);
			if (trains !== (spans.length % 2 === 1)) spans.push(i);
		}
		if (spans.length % 2 === 1) spans.push(tokens);
		return { trained: Int32Array.from(spans), weights: null };
	}
}

/** Whether a token is to be trained on; null where the value does not say it. */
function trainsOn(value: unknown): boolean | null {
	if (typeof value === "boolean") return value;
	if (value === 1 || value === 1n) return true;
	return value === 0 || value === 0n ? false : null;
}

const isWeight = (value: unknown) =>
	typeof value === "number" && value > 0 && value < Infinity;

function wrong(what: string): BadInput {
	const reason: keyof typeof carriedReasons = "wrong-loss";
	return new BadInput(
		reason,
		`${what}. Fix the record, or give ${optionName("onError", "skip")}`,
	);
}
