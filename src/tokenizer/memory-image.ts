/** Where an image begins in the kernel's memory. */
export const IMAGE_AT = 0x10000;

/** Lays out the tables of an image one after the other, aligned to 16 bytes. */
export class ImageWriter {
	#bytes = new Uint8Array(1 << 20);
	#length = 0;

	/** Copies a table into the image and returns its address in memory. */
	add(table: ArrayBufferView): number {
		const at = this.reserve(table.byteLength);
		this.#bytes.set(
			new Uint8Array(table.buffer, table.byteOffset, table.byteLength),
			at - IMAGE_AT,
		);
		return at;
	}

	/** Makes room for a table of zeros. */
	reserve(byteLength: number): number {
		const at = this.#length;
		this.#length = (at + byteLength + 15) & ~15;
		if (this.#length > this.#bytes.length) {
			const grown = new Uint8Array(this.#length * 2);
			grown.set(this.#bytes.subarray(0, at));
			this.#bytes = grown;
		}
		return IMAGE_AT + at;
	}

	/** Writes int32 fields at an address. */
	set(at: number, fields: readonly number[]): void {
		const view = new DataView(this.#bytes.buffer, at - IMAGE_AT);
		fields.forEach((field, i) => {
			view.setInt32(i * 4, field, true);
		});
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
