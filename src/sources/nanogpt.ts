import type { SourceFormat } from "./source.js";
import { eosNotice, partedByEos } from "./tokens/by-eos.js";
import { tokenReasons, wrongSize } from "./tokens/faults.js";
import { eosId } from "./tokens/options.js";

const WIDTH = 2;

const options = { eosId };

/** All numbers of two bytes are ids. */
const { "token-out-of-range": _, ...reasons } = tokenReasons;

/** nanoGPT's `train.bin`: ids of two bytes back to back, and nothing else. The id between documents ends each. */
export const nanogpt: SourceFormat & { options: typeof options } = {
	title: "token ids of nanoGPT",
	extensions: [".bin"],
	content: "tokens",
	// Nothing tells it from other files of this ending.
	mayBe: () => false,
	compressible: false,
	options,
	fields: { text: "tokens", id: "id", fixed: true },
	reasons,
	describePlace: (path, document) => `${path}, document ${document}`,
	notice: eosNotice,
	...partedByEos({
		begins: false,
		stream: async (_storage, { size }) => ({
			offset: 0,
			type: "uint16",
			tokens: Math.floor(size / WIDTH),
			fault:
				size % WIDTH === 0
					? null
					: wrongSize(`the file has ${size} bytes, no whole number of tokens`),
		}),
	}),
};
