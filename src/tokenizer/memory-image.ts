/** Where an image begins in the kernel's memory. */
export const IMAGE_AT = 0x10000;

/** Lays out the tables of an image one after the other, aligned to 64 bytes, a line of a processor's cache. */
export class ImageWriter {
	#bytes = new Uint8Array(1 << 20);
	#length = 0;

	/** Copies a table into the image and returns its address in memory. */
	add(table: ArrayBufferView): number {
		const at = this.reserve(table.byteLength);
		this.write(at, table);
		return at;
	}

	/** Copies a table to an address. */
	write(at: number, table: ArrayBufferView): void {
		const { buffer, byteOffset, byteLength } = table;
		this.#bytes.set(
			new Uint8Array(buffer, byteOffset, byteLength),
			at - IMAGE_AT,
		);
	}

	/** Makes room for a table of zeros. */
	reserve(byteLength: number): number {
		const at = this.#length;
		this.#length = (at + byteLength + 63) & ~63;
		if (this.#length > this.#bytes.length) {
			const grown = new Uint8Array(this.#length * 2);
			grown.set(this.#bytes.subarray(0, at));
			this.#bytes = grown;
		}
		return IMAGE_AT + at;
	}

	/** The address after the last table. */
	get end(): number {
		return IMAGE_AT + this.#length;
	}

	/** The image, in memory that threads can share where the platform has it. */
	finish(): Uint8Array {
		const image = new Uint8Array(
			typeof SharedArrayBuffer === "undefined"
				? new ArrayBuffer(this.#length)
				: new SharedArrayBuffer(this.#length),
		);
		image.set(this.#bytes.subarray(0, this.#length));
		return image;
	}
}
