import { bytesOfToken } from "../byte-characters.js";
import type { ReadDecoder } from "./decoder.js";

/** The text of the bytes that all tokens spell; what is no UTF-8 becomes U+FFFD. */
export const byteLevel: ReadDecoder = (component) => {
	component.flag("add_prefix_space");
	component.flag("trim_offsets");
	component.flag("use_regex", true);
	return {
		type: component.type,
		decode(tokens) {
			const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
			let text = "";
			for (const token of tokens)
				text += decoder.decode(bytesOfToken(token), { stream: true });
			return [text + decoder.decode()];
		},
	};
};
