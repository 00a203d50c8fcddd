import { Int32Buffer } from "../../core/buffers.js";
import { lengthUnits } from "../../strata/length-units.js";
import type { Stratum } from "../../strata/parse-strata.js";
import { stratumOf } from "../../strata/stratify.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { Example } from "../conversations/conversation.js";
import { outputOf, withTag } from "./output.js";
import {
	type StrataSettings,
	splitsByLength,
	strataOf,
	tagOf,
} from "./strata-settings.js";

/** Bytes of a token id. */
const ID_BYTES = 4;

/** Measures records, tags them, and tells which are wanted. */
export class StrataReader {
	/** Whether the last answers of conversations are measured, and not texts. */
	readonly isOfOutput: boolean;
	/** Whether documents are tagged. */
	readonly hasTags: boolean;
	readonly #settings: StrataSettings;
	readonly #strata: readonly Stratum[];
	readonly #splits: readonly Stratum[];
	readonly #tokenizer: (() => Tokenizer) | undefined;
	readonly #ids = new Int32Buffer();
	readonly #tags: readonly Uint8Array[];

	/** @param tokenizer Left out where nothing is read. */
	constructor(settings: StrataSettings, tokenizer?: () => Tokenizer) {
		const { lengthOf, tag } = settings;
		this.isOfOutput = lengthOf === "output";
		this.hasTags = tag !== undefined;
		this.#settings = settings;
		this.#strata = strataOf(settings);
		this.#splits = splitsByLength(settings);
		this.#tokenizer = tokenizer;
		const encoder = new TextEncoder();
		this.#tags = this.#strata.map((stratum) =>
			encoder.encode(tag === undefined ? "" : tagOf(tag, stratum)),
		);
	}

	/** The length of a text in UTF-8. @param areIds Whether its bytes are token ids. */
	lengthOf(text: Uint8Array, areIds = false): number {
		if (areIds) return text.length / ID_BYTES;
		return lengthUnits
			.find(this.#settings.lengthUnit)
			.count(text, (text) => this.#tokensOf(text));
	}

	/** Whether what has a length is wanted. */
	takes(length: number): boolean {
		const { perStratum } = this.#settings;
		return (
			(perStratum === undefined || stratumOf(length, this.#strata) !== -1) &&
			(this.#splits.length === 0 || stratumOf(length, this.#splits) !== -1)
		);
	}

	/** What stands before what has a length; empty where there is nothing. */
	tagOf(length: number): Uint8Array {
		return this.#tags[stratumOf(length, this.#strata)] ?? NO_TAG;
	}

	/**
	 * Measures the last answer of what a record holds, and puts a tag before it. Of a chosen and a
	 * rejected answer the chosen one is measured, and both have its tag.
	 */
	readOutput(examples: readonly Example[]): {
		length: number;
		examples: readonly Example[];
	} {
		const output = new TextEncoder().encode(outputOf(examples[0]));
		const length = this.lengthOf(output);
		const tag = new TextDecoder().decode(this.tagOf(length));
		return {
			length,
			examples:
				tag === ""
					? examples
					: examples.map((example) => withTag(example, tag)),
		};
	}

	#tokensOf(text: Uint8Array): number {
		if (this.#tokenizer === undefined)
			throw new Error("lengths in tokens need a tokenizer");
		this.#ids.length = 0;
		this.#tokenizer().encodeUtf8Into(text, this.#ids);
		return this.#ids.length;
	}
}

const NO_TAG = new Uint8Array(0);
