/** Longest chain of tables within tables. */
const DEEPEST = 64;

const decoder = new TextDecoder();

/**
 * A table of FlatBuffers. Nothing outside of the bytes is ever read: offsets and lengths
 * of a damaged file give an error, not a long loop.
 */
export class FlatTable {
	readonly #view: DataView;
	readonly #at: number;
	readonly #depth: number;

	private constructor(view: DataView, at: number, depth: number) {
		if (depth > DEEPEST) throw new Error("its metadata is nested too deeply");
		this.#view = view;
		this.#at = at;
		this.#depth = depth;
	}

	/** The root of a buffer. @throws RangeError, as all that reads it does */
	static rootOf({ buffer, byteOffset, byteLength }: Uint8Array): FlatTable {
		const view = new DataView(buffer, byteOffset, byteLength);
		return new FlatTable(view, view.getUint32(0, true), 0);
	}

	byte(field: number): number {
		const at = this.#find(field);
		return at === 0 ? 0 : this.#view.getUint8(at);
	}

	/** @param without What a field without a value has. */
	short(field: number, without = 0): number {
		const at = this.#find(field);
		return at === 0 ? without : this.#view.getInt16(at, true);
	}

	int(field: number, without = 0): number {
		const at = this.#find(field);
		return at === 0 ? without : this.#view.getInt32(at, true);
	}

	/** @throws Error where it is not exact */
	long(field: number): number {
		const at = this.#find(field);
		return at === 0 ? 0 : this.#longAt(at);
	}

	string(field: number): string {
		const at = this.#find(field);
		if (at === 0) return "";
		const { start, length } = this.#vectorAt(at, 1);
		const { buffer, byteOffset } = this.#view;
		return decoder.decode(new Uint8Array(buffer, byteOffset + start, length));
	}

	table(field: number): FlatTable | null {
		const at = this.#find(field);
		return at === 0 ? null : this.#tableAt(at);
	}

	tables(field: number): FlatTable[] {
		return this.#items(field, 4, (at) => this.#tableAt(at));
	}

	longs(field: number): number[] {
		return this.#items(field, 8, (at) => this.#longAt(at));
	}

	/** A list of structs of two longs. */
	pairs(field: number): [number, number][] {
		return this.#items(field, 16, (at) => [
			this.#longAt(at),
			this.#longAt(at + 8),
		]);
	}

	/** Of a list of blocks (File.fbs), where each begins. */
	blocks(field: number): number[] {
		return this.#items(field, 24, (at) => this.#longAt(at));
	}

	/** Where a field's value is; 0: it has none. */
	#find(field: number): number {
		const slots = this.#at - this.#view.getInt32(this.#at, true);
		const slot = 4 + 2 * field;
		if (slot >= this.#view.getUint16(slots, true)) return 0;
		const offset = this.#view.getUint16(slots + slot, true);
		return offset === 0 ? 0 : this.#at + offset;
	}

	#tableAt(at: number): FlatTable {
		const to = at + this.#view.getUint32(at, true);
		return new FlatTable(this.#view, to, this.#depth + 1);
	}

	#longAt(at: number): number {
		const value = Number(this.#view.getBigInt64(at, true));
		if (!Number.isSafeInteger(value))
			throw new Error("its metadata has a number that is out of range");
		return value;
	}

	#items<T>(field: number, size: number, itemAt: (at: number) => T): T[] {
		const at = this.#find(field);
		if (at === 0) return [];
		const { start, length } = this.#vectorAt(at, size);
		return Array.from({ length }, (_, i) => itemAt(start + i * size));
	}

	#vectorAt(at: number, size: number): { start: number; length: number } {
		const to = at + this.#view.getUint32(at, true);
		const length = this.#view.getUint32(to, true);
		if (to + 4 + length * size > this.#view.byteLength)
			throw new Error("its metadata has a list that is longer than it");
		return { start: to + 4, length };
	}
}
