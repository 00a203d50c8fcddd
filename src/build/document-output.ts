import type { Random } from "../core/random.js";
import { countLabels } from "../core/token-batch.js";
import type { SequencePlaces } from "../dataset/index-rows.js";
import { bucketKey } from "../dataset/row-groups.js";
import type { PackedWindow } from "../dataset/rows.js";
import { factsOfSides } from "../dataset/sequence-facts.js";
import { emptyRowCounts, type RowCounts } from "../dataset/totals.js";
import { packsOfSides, piecesOfSides } from "../pack/sides.js";
import type { Sequences } from "./cut-window.js";
import type { OutputCounts, OutputFiles, RowOutput } from "./output.js";
import type { Plan } from "./plan.js";
import { ShardSeries } from "./shard-series.js";
import type { Stopwatch } from "./stopwatch.js";
import type { Workspace } from "./workspace.js";

/**
 * The rows of a task of a store: one for each document, in their order, so that the
 * number of a row in the task is that of its document. One without tokens has a row too.
 */
export class DocumentOutput implements RowOutput {
	readonly #series: ShardSeries;
	/** The name in totals of all rows. */
	readonly #key: string;

	constructor(
		workspace: Workspace,
		{ settings }: Plan,
		task: number,
		watch: Stopwatch,
	) {
		const [bucket] = settings.buckets;
		this.#key = bucketKey(bucket);
		let shards = 0;
		this.#series = new ShardSeries(
			workspace,
			settings,
			task,
			bucket,
			watch,
			() => shards++,
		);
	}

	async write(
		{ pieces: documents, buckets, sides, ...window }: Sequences,
		_random: Random,
	): Promise<{ places: SequencePlaces; counts: OutputCounts }> {
		const count = window.documents.offsets.length - 1;
		const packOffsets = new Int32Array(count + 1);
		for (const document of documents.document) packOffsets[document + 1] = 1;
		for (let d = 0; d < count; d++) packOffsets[d + 1] += packOffsets[d];
		const order = Int32Array.from(buckets.keys());
		const { pieces, first } = piecesOfSides(documents, sides);
		const packed: PackedWindow = {
			...window,
			pieces,
			facts: factsOfSides(window.facts, first),
			packing: packsOfSides({ order, packOffsets }, first),
		};
		const places: SequencePlaces = {
			document: documents.document,
			shards: new Int32Array(order.length),
			rows: new Int32Array(order.length),
		};
		for (let d = 0; d < count; d++) {
			const { shard, row } = this.#series.next();
			if (packOffsets[d + 1] > packOffsets[d]) {
				places.shards[packOffsets[d]] = shard;
				places.rows[packOffsets[d]] = row;
			}
			const writing = this.#series.add(packed, d);
			if (writing !== undefined) await writing;
		}
		return {
			places,
			counts: {
				buckets: { [this.#key]: countRows(packed) },
				order: { steps: 0, imbalance: 0, bits: 0, bitsKept: 0 },
			},
		};
	}

	async finish(): Promise<OutputFiles> {
		await this.#series.finish();
		return {
			shards: this.#series.shards,
			rooms: [],
			leftovers: null,
		};
	}

	async abort(): Promise<void> {
		await this.#series.abort();
	}
}

function countRows({ documents, pieces }: PackedWindow): RowCounts {
	const counts = emptyRowCounts();
	counts.rows = documents.offsets.length - 1;
	counts.sequences = pieces.length.length;
	pieces.length.forEach((tokens, piece) => {
		const first =
			documents.offsets[pieces.document[piece]] + pieces.start[piece];
		counts.tokens += tokens;
		counts.labels += countLabels(documents, first, tokens);
		counts.context += (tokens * (tokens - 1)) / 2;
	});
	counts.paddedTokens = counts.tokens;
	return counts;
}
