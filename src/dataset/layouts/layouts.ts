import { type NameOf, registry } from "../../core/registry.js";
import { buckets } from "./buckets.js";
import type { Layout } from "./layout.js";
import { packed } from "./packed.js";

export const layoutEntries = { packed, buckets };

/** Every layout of a dataset by name. */
export const layouts = registry<keyof typeof layoutEntries, Layout>(
	"layout",
	layoutEntries,
);

export type LayoutName = NameOf<typeof layouts>;
