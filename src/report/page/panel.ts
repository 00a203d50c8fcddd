import type { Figures } from "../figures/figures.js";
import type { Content, Html } from "./html.js";

/** What draws; loaded when a page is made. */
export type Charts = typeof import("./chart.js");

/** A heading, and what is under it for each path. */
export interface Section {
	id: string;
	heading: string;
	panels: readonly Panel[];
}

/** One thing to see: what each path has of it, on the same scales. */
export interface Panel {
	heading: string;
	/** Of each path; null where it has nothing of this. */
	views(all: readonly Figures[], charts: Charts): (View | null)[];
}

export interface View {
	/** One sentence or two that say what is seen. */
	says: Content;
	pictures: readonly Html[];
	legend?: readonly LegendEntry[];
	/** What is shown under the pictures. */
	body?: Html;
	table: Table | null;
}

export interface LegendEntry {
	colour: string;
	name: string;
	/** How it is drawn; default an area. */
	mark?: "line";
}

export interface Table {
	heads: readonly string[];
	/** Numbers are written in full, and stand at the right; null: not known. */
	rows: readonly (readonly Cell[])[];
}

export type Cell = string | number | Html | null;

/** A panel, of what it takes of figures, what scales all paths share, and how one is shown. */
export function panel<Data, Scale>({
	heading,
	...parts
}: {
	heading: string;
	data(figures: Figures): Data | null;
	scale(all: readonly Data[]): Scale;
	view(data: Data, scale: Scale, charts: Charts): View;
}): Panel {
	return {
		heading,
		views(all, charts) {
			const data = all.map(parts.data);
			const known = data.filter((own) => own !== null);
			if (known.length === 0) return data.map(() => null);
			const scale = parts.scale(known);
			return data.map((own) =>
				own === null ? null : parts.view(own, scale, charts),
			);
		},
	};
}
