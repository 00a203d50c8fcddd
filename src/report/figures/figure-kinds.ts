import type { FigureReader } from "./figure-kind.js";
import { dataset } from "./kinds/dataset.js";
import { exported } from "./kinds/export.js";
import { inputs } from "./kinds/inputs.js";
import { plan } from "./kinds/plan.js";
import { records } from "./kinds/records.js";

/** Every kind of path that there are figures of, in the order in which they are looked for. */
export const figureKinds: Readonly<Record<string, FigureReader>> = {
	dataset,
	plan,
	records,
	export: exported,
	inputs,
};
