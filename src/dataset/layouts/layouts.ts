import { type NameOf, registry } from "../../core/registry.js";
import { buckets } from "./buckets.js";
import { documents } from "./documents.js";
import type { Layout } from "./layout.js";
import { packed } from "./packed.js";

export const layoutEntries = { packed, buckets, documents };

/** Every layout of a dataset by name. */
export const layouts = registry<keyof typeof layoutEntries, Layout>(
	"layout",
	layoutEntries,
);

/** The names of those that make rows of several documents or pieces. */
export const packingLayouts = layouts.where(({ packs }) => packs);

export type LayoutName = NameOf<typeof layouts>;
