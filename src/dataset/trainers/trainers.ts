import { type NameOf, registry } from "../../core/registry.js";
import { axolotl } from "./axolotl.js";
import { llamaFactory } from "./llama-factory.js";
import { maxtext } from "./maxtext.js";
import { megatronBridge } from "./megatron-bridge.js";
import { torchtune } from "./torchtune.js";
import type { Trainer } from "./trainer.js";
import { transformers } from "./transformers.js";
import { trl } from "./trl.js";

const entries = {
	trl,
	transformers,
	axolotl,
	"llama-factory": llamaFactory,
	"megatron-bridge": megatronBridge,
	maxtext,
	torchtune,
};

/** Every trainer that a dataset can be built for. A new one is a file here and a line. */
export const trainers = registry<keyof typeof entries, Trainer>(
	"trainer",
	entries,
);
export type TrainerName = NameOf<typeof trainers>;
