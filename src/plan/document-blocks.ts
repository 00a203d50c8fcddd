import { ROW_OF_ANY_LENGTH } from "../core/capacity.js";
import { shuffledIndex } from "../core/shuffled-index.js";
import { mixedPlace } from "../curriculum/mixed-place.js";
import type { SourceRows } from "../curriculum/plan-stage.js";

/** Documents of a block: they lie together, so that their lengths are read at once. */
const BLOCK_DOCUMENTS = 256;

/** Documents of a dataset, `count` of them from the row `first` on. */
export interface DocumentBlock {
	dataset: number;
	first: number;
	count: number;
}

/**
 * The documents of several datasets, some at a time, in random order: those of each dataset epoch
 * after epoch, those of all datasets laid in evenly. Any block is found without those before.
 */
export class DocumentBlocks {
	/** Blocks of all epochs together. */
	readonly count: number;
	readonly #documents: readonly number[];
	readonly #seed: number;
	readonly #sources: SourceRows[];
	readonly #epochs = new Map<string, (place: number) => number>();

	/** @param documents How many each dataset has. */
	constructor(documents: readonly number[], epochs: number, seed: number) {
		this.#documents = documents;
		this.#seed = seed;
		this.#sources = documents
			.map((count, dataset) => ({
				dataset,
				first: 0,
				rows: epochs * Math.ceil(count / BLOCK_DOCUMENTS),
			}))
			.filter(({ rows }) => rows > 0);
		this.count = this.#sources.reduce((sum, { rows }) => sum + rows, 0);
	}

	at(number: number): DocumentBlock {
		const { source, place } = mixedPlace(this.#sources, number);
		const { dataset } = this.#sources[source];
		const documents = this.#documents[dataset];
		const blocks = Math.ceil(documents / BLOCK_DOCUMENTS);
		const epoch = Math.floor(place / blocks);
		const shuffled = this.#shuffled(blocks, dataset, epoch);
		const first = BLOCK_DOCUMENTS * shuffled(place - epoch * blocks);
		const count = Math.min(BLOCK_DOCUMENTS, documents - first);
		return { dataset, first, count };
	}

	#shuffled(blocks: number, dataset: number, epoch: number) {
		const key = `${dataset} ${epoch}`;
		const known = this.#epochs.get(key);
		if (known !== undefined) return known;
		const made = shuffledIndex(
			blocks,
			...[this.#seed, dataset, ROW_OF_ANY_LENGTH, epoch],
		);
		// Blocks come epoch after epoch.
		this.#epochs.delete(`${dataset} ${epoch - 2}`);
		this.#epochs.set(key, made);
		return made;
	}
}
