import { registry } from "../core/registry.js";
import type { Grouping } from "./grouping.js";
import { consecutive } from "./groupings/consecutive.js";
import { folder } from "./groupings/folder.js";
import { key } from "./groupings/key.js";
import { pairs } from "./groupings/pairs.js";
import { whole } from "./groupings/whole.js";

/** Ways to bring records together. A new one is a file in `groupings/` and a line here. */
export const groupings = registry<string, Grouping>("grouping", {
	key: key,
	folder: folder,
	pairs: pairs,
	consecutive: consecutive,
	whole,
});
