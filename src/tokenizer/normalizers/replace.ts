import { replacer } from "../replace-pattern.js";
import type { ReadNormalizer } from "./normalizer.js";

export const replace: ReadNormalizer = (component) => ({
	type: component.type,
	apply: replacer(component),
});
