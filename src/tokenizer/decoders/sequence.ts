import type { Decoder } from "./decoder.js";

export function sequence(type: string, decoders: readonly Decoder[]): Decoder {
	return {
		type,
		decode: (tokens) =>
			decoders.reduce((so, decoder) => decoder.decode(so), tokens),
	};
}
