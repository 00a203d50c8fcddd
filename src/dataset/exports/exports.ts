import { type NameOf, registry } from "../../core/registry.js";
import { optionsOfEntries } from "../../core/resolve-options.js";
import { datatrove } from "./datatrove.js";
import type { ExportFormat } from "./export-format.js";
import { jsonl } from "./jsonl.js";
import { litdata } from "./litdata.js";
import { llmC } from "./llm-c.js";
import { loadFromDisk } from "./load-from-disk.js";
import { mds } from "./mds.js";
import { megatron } from "./megatron.js";
import { nanogpt } from "./nanogpt.js";
import { olmo } from "./olmo.js";
import { parquet } from "./parquet.js";
import { webdataset } from "./webdataset.js";

const entries = {
	megatron,
	olmo,
	mds,
	litdata,
	datatrove,
	nanogpt,
	"llm-c": llmC,
	"load-from-disk": loadFromDisk,
	parquet,
	webdataset,
	jsonl,
};

/** Every format that rows are exported to, by name. */
export const exportFormats = registry<keyof typeof entries, ExportFormat>(
	"export format",
	entries as unknown as Record<keyof typeof entries, ExportFormat>,
);
export type ExportName = NameOf<typeof exportFormats>;

/** The options that formats have of their own. */
export const exportEntryOptions = optionsOfEntries("to", entries);
