import { registry } from "../../core/registry.js";
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

/** A row as a trainer wants to see it. */
export type View = (row: TokenRow, options?: ViewOptions) => object;

const entries = {
	axolotl: toAxolotl,
	"flash-attention": toFlashAttention,
	"flex-attention": toFlexAttention,
	"llama-factory": toLlamaFactory,
	maxtext: toMaxText,
	megatron: toMegatron,
	"megatron-bridge": toMegatronBridge,
	nanotron: toNanotron,
	"olmo-core": toOlmoCore,
	torchtune: toTorchtune,
	transformers: toFlattening,
	trl: toTrl,
};

/** Every view by the name of the trainer or kernel that it is for. A new one is a file here and a line. */
export const views = registry<keyof typeof entries, View>("view", entries);
