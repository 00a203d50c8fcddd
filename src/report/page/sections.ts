import type { Section } from "./panel.js";
import { advice } from "./sections/advice.js";
import { buckets } from "./sections/buckets.js";
import { curriculum } from "./sections/curriculum.js";
import { lengths } from "./sections/lengths.js";
import { packing } from "./sections/packing.js";
import { ranks } from "./sections/ranks.js";
import { samples } from "./sections/samples.js";
import { sources } from "./sections/sources.js";

/** What a report has, in this order; each where the figures have something of it. */
export const sections: readonly Section[] = [
	...[advice, curriculum, lengths, packing, buckets, sources, samples, ranks],
];
