import { megatronIndex } from "./megatron/index-file.js";
import type { SourceFormat } from "./source.js";
import { partedByBorders } from "./tokens/by-borders.js";
import { borderReasons } from "./tokens/faults.js";

/** Megatron's IndexedDataset: `.bin` has the token ids, the `.idx` beside it says what they are and where documents begin. */
export const megatron: SourceFormat = {
	title: "token ids of Megatron",
	extensions: [".bin"],
	content: "tokens",
	compressible: false,
	beside: [{ ending: ".bin", by: ".idx", isNeeded: true }],
	fields: { text: "tokens", id: "id", fixed: true },
	reasons: borderReasons,
	describePlace: (path, document) => `${path}, document ${document}`,
	...partedByBorders(megatronIndex),
};
