// As much of Protocol Buffers as a SentencePiece model takes.

/** A field of a message: bytes, or the number of a varint; of fixed widths the bytes. */
export interface ProtobufField {
	number: number;
	value: Uint8Array | number;
}

/** A message that is cut or damaged. */
export class ProtobufError extends Error {}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/**
 * The fields of a message, in their order.
 * @throws ProtobufError
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
	let at = 0;
	/** Whole to 53 bits; of negative numbers the lowest 32 bits are right. */
	const varint = (): number => {
		let value = 0;
		for (let i = 0; i < 10; i++) {
			if (at >= message.length) throw new ProtobufError("it is cut");
			const byte = message[at++];
			value += (byte & 0x7f) * 2 ** (7 * i);
			if (byte < 0x80) return value;
		}
		throw new ProtobufError("it has a number of more than ten bytes");
	};
	const bytes = (length: number): Uint8Array => {
		if (length > message.length - at) throw new ProtobufError("it is cut");
		at += length;
		return message.subarray(at - length, at);
	};
	while (at < message.length) {
		const key = varint();
		const number = Math.floor(key / 8);
		const type = key % 8;
		if (number < 1 || number >= 2 ** 29)
			throw new ProtobufError("it has a field without a number");
		if (type === VARINT) yield { number, value: varint() };
		else if (type === FIXED_64) yield { number, value: bytes(8) };
		else if (type === BYTES) yield { number, value: bytes(varint()) };
		else if (type === FIXED_32) yield { number, value: bytes(4) };
		else throw new ProtobufError(`it has a field of the unknown type ${type}`);
	}
}
