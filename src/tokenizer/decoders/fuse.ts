import type { ReadDecoder } from "./decoder.js";

export const fuse: ReadDecoder = ({ type }) => ({
	type,
	decode: (tokens) => [tokens.join("")],
});
