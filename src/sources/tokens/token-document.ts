import { CarriedBytes } from "../bytes/carried-bytes.js";
import type { RecordBatchBuilder } from "../records/record-batch.js";
import type { Place } from "../source.js";
import { noToken, tooManyTokens } from "./faults.js";

/** A document that is read part by part. Its text is its ids, four bytes each. */
export class TokenDocument {
	readonly #holdsText: boolean;
	#bytes = new CarriedBytes();
	#tokens = 0;
	/** The place of the first number that is no id. */
	#bad: number | null = null;

	constructor(holdsText: boolean) {
		this.#holdsText = holdsText;
	}

	/** @param ids May be kept; negative ones are none. @param hasOthers Whether there may be such. */
	add(ids: Int32Array, hasOthers: boolean): void {
		if (hasOthers && this.#bad === null) {
			const bad = ids.findIndex((id) => id < 0);
			if (bad !== -1) this.#bad = this.#tokens + bad;
		}
		this.#tokens += ids.length;
		if (this.#holdsText)
			this.#bytes.add(Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength));
	}

	/** Adds the document to a batch; the next one begins. */
	addTo(batch: RecordBatchBuilder, place: Place, id: string | null): void {
		const { bytes } = this.#bytes.take();
		if (bytes === null) batch.addBad(tooManyTokens(this.#tokens), place);
		else if (this.#bad !== null) batch.addBad(noToken(this.#bad), place);
		else
			batch.add(
				id === null ? {} : { id },
				place,
				this.#holdsText ? { text: bytes } : {},
			);
		this.#tokens = 0;
		this.#bad = null;
	}
}
