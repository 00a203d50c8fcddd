/** What the numbers of a file are; all with the least significant byte first. */
export type TokenType =
	| "uint8"
	| "int8"
	| "int16"
	| "uint16"
	| "int32"
	| "uint32"
	| "int64";

interface TypeFacts {
	width: number;
	/** Whether some of its numbers are no ids. */
	hasOthers: boolean;
	/** The numbers as ids; those that are none become negative. */
	widened(buffer: ArrayBuffer, count: number): Int32Array;
}

export const tokenTypes: Readonly<Record<TokenType, TypeFacts>> = {
	uint8: {
		width: 1,
		hasOthers: false,
		widened: (buffer, count) =>
			new Int32Array(new Uint8Array(buffer, 0, count)),
	},
	int8: {
		width: 1,
		hasOthers: true,
		widened: (buffer, count) => new Int32Array(new Int8Array(buffer, 0, count)),
	},
	int16: {
		width: 2,
		hasOthers: true,
		widened: (buffer, count) =>
			new Int32Array(new Int16Array(buffer, 0, count)),
	},
	uint16: {
		width: 2,
		hasOthers: false,
		widened: (buffer, count) =>
			new Int32Array(new Uint16Array(buffer, 0, count)),
	},
	int32: {
		width: 4,
		hasOthers: true,
		widened: (buffer, count) => new Int32Array(buffer, 0, count),
	},
	uint32: {
		width: 4,
		hasOthers: true,
		widened: (buffer, count) => new Int32Array(buffer, 0, count),
	},
	int64: {
		width: 8,
		hasOthers: true,
		widened(buffer, count) {
			const words = new Int32Array(buffer, 0, 2 * count);
			const ids = new Int32Array(count);
			for (let i = 0; i < count; i++)
				ids[i] = words[2 * i + 1] === 0 ? words[2 * i] : -1;
			return ids;
		},
	},
};

/** The type without a sign that has so many bytes; null where none is read. */
export function typeOfWidth(width: number): TokenType | null {
	const types: Record<number, TokenType> = {
		1: "uint8",
		2: "uint16",
		4: "uint32",
		8: "int64",
	};
	return types[width] ?? null;
}

/** Whole numbers of a file as ids, in memory of their own. */
export function idsOf(bytes: Uint8Array, type: TokenType): Int32Array {
	const { width, widened } = tokenTypes[type];
	const own = new Uint8Array(bytes).buffer;
	return widened(own, bytes.length / width);
}
