import { Int32Buffer } from "../../core/buffers.js";
import { optionName } from "../../core/errors.js";
import { quoted } from "../../core/text.js";
import {
	type FieldPath,
	fieldName,
	parseFieldPath,
} from "../../sources/records/fields.js";
import { BadInput } from "../../sources/source.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { carriedReasons } from "./reasons.js";

/** Reads what of a text is to be trained on, which a field says token by token. */
export class LossReader {
	readonly field: FieldPath;
	readonly #tokenizer: (() => Tokenizer) | undefined;
	readonly #ids = new Int32Buffer();

	/** @throws UsageError `bad-option` */
	constructor(field: string, tokenizer?: () => Tokenizer) {
		this.field = parseFieldPath(field, "lossFrom");
		this.#tokenizer = tokenizer;
	}

	/**
	 * Pairs of a first token to be trained on and the one after the last, in order.
	 * BOS and EOS that are added are not counted.
	 * @param text In UTF-8.
	 * @param value What the field holds.
	 * @throws BadInput `wrong-loss`
	 */
	read(text: Uint8Array, value: unknown): Int32Array {
		if (this.#tokenizer === undefined)
			throw new Error("a mask of tokens needs a tokenizer");
		this.#ids.length = 0;
		this.#tokenizer().encodeUtf8Into(text, this.#ids);
		return this.#spans(value, this.#ids.length);
	}

	#spans(value: unknown, tokens: number): Int32Array {
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
		const spans: number[] = [];
		for (let i = 0; i < list.length; i++) {
			const trains = trainsOn(list[i]);
			if (trains === null)
				throw wrong(
					`number ${i} of the field ${field} is ${quoted(typeof list[i] === "bigint" ? String(list[i]) : list[i])}, neither 0 nor 1${isWeight(list[i]) ? ": weights between are not kept, and belong in the training loop" : ""}`,
				);
			if (trains !== (spans.length % 2 === 1)) spans.push(i);
		}
		if (spans.length % 2 === 1) spans.push(tokens);
		return Int32Array.from(spans);
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
		`${what}. Mend the record, or give ${optionName("onError", "skip")}`,
	);
}
