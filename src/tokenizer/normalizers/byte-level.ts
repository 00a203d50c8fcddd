import { characterOfByte } from "../byte-characters.js";
import type { ReadNormalizer } from "./normalizer.js";

/** The character of each byte of a text's UTF-8. */
export const byteLevel: ReadNormalizer = ({ type }) => {
	const unitOfByte = Uint16Array.from(characterOfByte, (c) => c.charCodeAt(0));
	const encoder = new TextEncoder();
	// What computers have: the lower byte of a number comes first.
	const decoder = new TextDecoder("utf-16le");
	return {
		type,
		apply(text) {
			const bytes = encoder.encode(text);
			const units = new Uint16Array(bytes.length);
			for (let i = 0; i < bytes.length; i++) units[i] = unitOfByte[bytes[i]];
			return decoder.decode(units);
		},
	};
};
