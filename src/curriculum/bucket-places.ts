import { sum } from "../core/arithmetic.js";
import { mixedPlace, placesBefore } from "./mixed-place.js";
import type { SourceRows, StageBucket } from "./plan-stage.js";

/** Which source a place of a stage's bucket is of, and how many are before a place. */
export class BucketPlaces {
	readonly #sources: readonly SourceRows[];
	/** The sources as each span has them; null where all places are one span. */
	readonly #spans: readonly (readonly SourceRows[])[] | null;
	/** The first place of each span, and the end. */
	readonly #starts: Float64Array;

	constructor({ sources, spans }: Pick<StageBucket, "sources" | "spans">) {
		this.#sources = sources;
		this.#starts = new Float64Array((spans?.length ?? 0) + 1);
		if (spans === undefined) {
			this.#spans = null;
			return;
		}
		const next = sources.map(({ first }) => first);
		this.#spans = spans.map((counts, span) => {
			this.#starts[span + 1] = this.#starts[span] + sum(counts);
			return sources.map(({ dataset }, source) => {
				const first = next[source];
				next[source] += counts[source];
				return { dataset, first, rows: counts[source] };
			});
		});
	}

	/** The source of a place, and the place in that dataset's bucket. */
	find(place: number): { source: number; place: number } {
		if (this.#spans === null) return mixedPlace(this.#sources, place);
		const span = this.#spanOf(place);
		return mixedPlace(this.#spans[span], place - this.#starts[span]);
	}

	/** How many of the places before one are of each source. */
	before(place: number): number[] {
		if (this.#spans === null) return placesBefore(this.#sources, place);
		const span = this.#spanOf(place);
		const sources = this.#spans[span];
		return placesBefore(sources, place - this.#starts[span]).map(
			(rows, source) =>
				sources[source].first - this.#sources[source].first + rows,
		);
	}

	/** The span of a place; of the end the last one. */
	#spanOf(place: number): number {
		let low = 0;
		let high = this.#starts.length - 2;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.#starts[middle] <= place) low = middle;
			else high = middle - 1;
		}
		return low;
	}
}
