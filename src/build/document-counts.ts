import { sum } from "../core/arithmetic.js";
import { addCounts } from "../core/counts.js";
import type { Settings } from "../dataset/settings.js";
import type { Totals } from "../dataset/totals.js";
import { strataOf } from "../documents/strata/strata-settings.js";
import type { Documents } from "../sources/read-records.js";
import { stratumOf } from "../strata/stratify.js";

/** Counts what is worth knowing of the documents that are kept. */
export class DocumentCounts {
	readonly #strata;
	readonly #ofStrata: number[];
	readonly #noted: Record<string, number> = {};

	constructor({ strata }: Pick<Settings, "strata">) {
		this.#strata = strataOf(strata);
		this.#ofStrata = this.#strata.map(() => 0);
	}

	add<T extends Pick<Documents, "measured" | "noted">>(batch: T): T {
		for (const length of batch.measured ?? []) {
			const stratum = stratumOf(length, this.#strata);
			if (stratum !== -1) this.#ofStrata[stratum]++;
		}
		for (const [name, counts] of Object.entries(batch.noted ?? {}))
			addCounts(this.#noted, { [name]: sum(counts) });
		return batch;
	}

	/** As totals have them; nothing of strata where there are none. */
	totals(): Pick<Totals, "noted"> & {
		strata?: Record<string, { documents: number }>;
	} {
		const noted = this.#noted;
		if (this.#strata.length === 0) return { noted };
		return {
			noted,
			strata: Object.fromEntries(
				this.#strata.map(({ name }, i) => [
					name,
					{ documents: this.#ofStrata[i] },
				]),
			),
		};
	}
}
