const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text as UTF-8, which becomes a string only where somebody looks at it. */
export class Utf8Text {
	#bytes: Uint8Array;
	#text: string | null = null;

	/** @param bytes Valid UTF-8, which stays as it is, or as it was until `keep` is called. */
	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get bytes(): Uint8Array {
		return this.#bytes;
	}

	/** Copies the bytes: what they are a view of is about to change. */
	keep(): void {
		this.#bytes = new Uint8Array(this.#bytes);
	}

	toString(): string {
		this.#text ??= decoder.decode(this.#bytes);
		return this.#text;
	}
}

/** A text of a record, or of a piece of one. */
export type PieceText = string | Utf8Text;

/** Whether there is nothing in it. */
export function isEmpty(text: PieceText): boolean {
	return (typeof text === "string" ? text : text.bytes).length === 0;
}
