import { type ColumnBatch, columnOf } from "../../tables/columns.js";
import type { Manifest, ManifestInjected } from "../manifest.js";
import { numberOfDocument, taskOfDocument } from "../rows.js";
import type { Problems } from "./problems.js";

/** Compares the list of injected spans with the index: each stands in a document that there is. */
export class InjectedCheck {
	readonly #file: ManifestInjected;
	readonly #problems: Problems;
	/** Documents of each task. */
	readonly #documents: ReadonlyMap<number, number>;
	#rows = 0;

	constructor({ index }: Manifest, file: ManifestInjected, problems: Problems) {
		this.#file = file;
		this.#problems = problems;
		this.#documents = new Map(index.map(({ task, rows }) => [task, rows]));
	}

	check(batch: ColumnBatch): void {
		const ids = columnOf(batch, "doc_id", "int64").values;
		const offsets = columnOf(batch, "offset", "int64").values;
		const repetitions = columnOf(batch, "repetition", "int32").values;
		const { path } = this.#file;
		for (let i = 0; i < batch.rows; i++, this.#rows++) {
			const known = this.#documents.get(taskOfDocument(ids[i])) ?? 0;
			if (!(numberOfDocument(ids[i]) < known))
				this.#problems.add(
					`row ${this.#rows} of ${path} is of the document ${ids[i]}, which the index does not have`,
				);
			if (offsets[i] < 0n || repetitions[i] < 1)
				this.#problems.add(
					`row ${this.#rows} of ${path} has the offset ${offsets[i]} and the repetition ${repetitions[i]}`,
				);
		}
	}

	finish(): void {
		const { path, rows } = this.#file;
		if (this.#rows !== rows)
			this.#problems.add(
				`${path} has ${this.#rows} rows; the manifest says ${rows}`,
			);
	}
}
