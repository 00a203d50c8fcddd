import { registry } from "../core/registry.js";
import type { AuditKind } from "./kind.js";
import { axolotl } from "./kinds/axolotl.js";
import { datatrove } from "./kinds/datatrove.js";
import { mds } from "./kinds/mds.js";
import { megatron } from "./kinds/megatron.js";
import { megatronBridge } from "./kinds/megatron-bridge.js";
import { olmo } from "./kinds/olmo.js";
import { parquet } from "./kinds/parquet.js";
import { trl } from "./kinds/trl.js";

const entries = {
	megatron,
	olmo,
	trl,
	datatrove,
	mds,
	"megatron-bridge": megatronBridge,
	axolotl,
	parquet,
};

/** Every kind of dataset that can be audited. */
export const auditKinds = registry<keyof typeof entries, AuditKind>(
	"kind of dataset",
	entries,
);
