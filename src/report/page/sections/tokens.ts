import type { Section } from "../panel.js";
import { tokensByBucket } from "./buckets.js";
import { tokensInNoRow } from "./dropped.js";
import { tokensBySource } from "./sources.js";

export const tokens: Section = {
	id: "tokens",
	heading: "Tokens",
	panels: [tokensByBucket, tokensBySource, tokensInNoRow],
};
