import { type NameOf, registry } from "../../core/registry.js";

/** What becomes of rows that are shorter than theirs are. */
interface ShortRowWay {
	readonly meaning: string;
	readonly pads: boolean;
	readonly drops: boolean;
}

export const shortRowWays = registry("way with short rows", {
	pad: {
		meaning: "fill them with the pad id",
		pads: true,
		drops: false,
	} as ShortRowWay,
	drop: {
		meaning: "leave them out, and count them",
		pads: false,
		drops: true,
	} as ShortRowWay,
	keep: {
		meaning: "write them as they are",
		pads: false,
		drops: false,
	} as ShortRowWay,
});
export type ShortRows = NameOf<typeof shortRowWays>;
