import { withoutSecrets } from "../../core/secrets.js";
import type { FigureKind, Figures, TotalFigures } from "./figures.js";

/** Figures of a path of which nothing is known yet. */
export function emptyFigures(kind: FigureKind, path: string): Figures {
	return {
		version: 1,
		kind,
		path: withoutSecrets(path),
		facts: [],
		faults: [],
		notes: [],
		totals: emptyTotalFigures(),
		documentLengths: null,
		sequenceLengths: null,
		sequencesPerRow: null,
		rows: null,
		buckets: { entries: [], rest: null },
		sources: { entries: [], rest: null },
		dropped: [],
		samples: [],
		plan: null,
		advice: null,
	};
}

export function emptyTotalFigures(): TotalFigures {
	return {
		records: null,
		documents: null,
		sequences: null,
		rows: null,
		tokens: null,
		labels: null,
		textBytes: null,
		files: null,
		bytes: null,
	};
}
