/**
 * A list of whole numbers; what is none becomes -1.
 * @returns null where it is no list
 */
export function numbersOf(value: unknown): Int32Array | null {
	if (value instanceof Int32Array) return value;
	if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return null;
	const list = value as unknown as ArrayLike<unknown>;
	const numbers = new Int32Array(list.length);
	for (let i = 0; i < list.length; i++) {
		const number = Number(list[i] ?? Number.NaN);
		numbers[i] = number;
		if (numbers[i] !== number) numbers[i] = -1;
	}
	return numbers;
}
