import type { TokenRow } from "../row.js";
import { toAxolotl } from "./axolotl.js";
import { toFlashAttention } from "./flash-attention.js";
import { toFlattening } from "./flattening.js";
import { toFlexAttention } from "./flex-attention.js";
import { toLlamaFactory } from "./llama-factory.js";
import { toMaxText } from "./max-text.js";
import { toMegatron } from "./megatron.js";
import { toMegatronBridge } from "./megatron-bridge.js";
import { toNanotron } from "./nanotron.js";
import { toOlmoCore } from "./olmo-core.js";
import { toTorchtune } from "./torchtune.js";
import { toTrl } from "./trl.js";
import type { ViewOptions } from "./view.js";

/** What each trainer wants to see of a row, by name. A new one is a file here and a line. */
export const views = {
	toAxolotl,
	toFlashAttention,
	toFlattening,
	toFlexAttention,
	toLlamaFactory,
	toMaxText,
	toMegatron,
	toMegatronBridge,
	toNanotron,
	toOlmoCore,
	toTorchtune,
	toTrl,
} satisfies Record<string, (row: TokenRow, options?: ViewOptions) => object>;
