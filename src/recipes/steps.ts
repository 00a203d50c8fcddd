import { registry } from "../core/registry.js";
import type { Step } from "./step.js";
import { complete } from "./steps/complete.js";
import { dropWords } from "./steps/drop-words.js";
import { fit } from "./steps/fit.js";
import { hide } from "./steps/hide.js";
import { inject } from "./steps/inject.js";
import { order } from "./steps/order.js";
import { rounds } from "./steps/rounds.js";
import { separator } from "./steps/separator.js";
import { template } from "./steps/template.js";
import { unnest } from "./steps/unnest.js";

/** The steps of recipes. A new one is a file in `steps/` and a line here. */
export const steps = registry<string, Step>("step", {
	unnest,
	complete,
	order,
	fit,
	rounds,
	template,
	separator,
	"drop-words": dropWords,
	hide,
	inject,
});
