import type { Section } from "./panel.js";
import { advice } from "./sections/advice.js";
import { curriculum } from "./sections/curriculum.js";
import { lengths } from "./sections/lengths.js";
import { packing } from "./sections/packing.js";
import { ranks } from "./sections/ranks.js";
import { samples } from "./sections/samples.js";
import { tokens } from "./sections/tokens.js";

/** What a report has, in this order; each where the figures have something of it. */
export const sections: readonly Section[] = [
	...[advice, curriculum, lengths, packing, tokens, samples, ranks],
];
