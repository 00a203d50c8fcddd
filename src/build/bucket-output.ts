import { permutation, type Random } from "../core/random.js";
import { packedWindow } from "../dataset/rows.js";
import type { BucketSettings } from "../dataset/settings.js";
import { bucketTotals } from "../dataset/totals.js";
import { decomposeDocuments } from "../decompose/decompose-documents.js";
import type { Pieces } from "../decompose/pieces.js";
import { findPacker } from "../pack/pack.js";
import type {
	Output,
	OutputContext,
	OutputFiles,
	WindowDocuments,
	WindowResult,
} from "./output.js";
import { decomposeOptionsOf } from "./pack-options.js";
import { bucketDirectory } from "./paths.js";
import { ShardSeries } from "./shard-series.js";

/** The layout `buckets`: a sequence goes to the shards of its length. */
export class BucketOutput implements Output {
	readonly #context: OutputContext;
	readonly #settings: BucketSettings;
	/** One for each bucket. */
	readonly #series: ShardSeries[];

	constructor(context: OutputContext, settings: BucketSettings) {
		const { storage, out, plan, task } = context;
		this.#context = context;
		this.#settings = settings;
		this.#series = settings.buckets.map(
			({ length, ...rows }) =>
				new ShardSeries(storage, out, task, plan.settings, {
					directory: bucketDirectory(length),
					...rows,
				}),
		);
	}

	get writeTime(): number {
		return this.#series.reduce((sum, { writeTime }) => sum + writeTime, 0);
	}

	async write(window: WindowDocuments, random: Random): Promise<WindowResult> {
		const { lengths } = window;
		const { pieces, buckets } = decomposeDocuments(
			lengths,
			decomposeOptionsOf(this.#settings),
			random,
		);
		const places = {
			shards: new Int32Array(buckets.length),
			rows: new Int32Array(buckets.length),
			buckets: buckets.map((b) => this.#settings.buckets[b].length),
		};
		for (const [bucket, members] of this.#members(buckets).entries())
			await this.#writeBucket(bucket, members, window, pieces, places, random);
		return { pieces, places, ...this.#dropped(lengths, pieces) };
	}

	async finish(): Promise<OutputFiles> {
		for (const series of this.#series) await series.finish();
		const shards = this.#series.flatMap((series) => series.shards);
		return { shards, remainder: null, rooms: new Float64Array(0) };
	}

	async abort(): Promise<void> {
		for (const series of this.#series) await series.abort();
	}

	/** The sequences of each bucket, in their order. */
	#members(buckets: Int32Array): Int32Array[] {
		const counts = new Int32Array(this.#settings.buckets.length);
		for (const bucket of buckets) counts[bucket]++;
		const members = Array.from(counts, (count) => new Int32Array(count));
		counts.fill(0);
		buckets.forEach((bucket, i) => {
			members[bucket][counts[bucket]++] = i;
		});
		return members;
	}

	async #writeBucket(
		bucket: number,
		members: Int32Array,
		window: WindowDocuments,
		pieces: Pieces,
		places: { shards: Int32Array; rows: Int32Array },
		random: Random,
	): Promise<void> {
		const { plan, task, totals } = this.#context;
		const { length } = this.#settings.buckets[bucket];
		const capacity = length + Number(this.#settings.plusOne);
		const series = this.#series[bucket];
		const lengths = members.map((piece) => pieces.length[piece]);
		const { order, packOffsets } = findPacker(plan.settings.packer)(
			lengths,
			capacity,
			{},
		);
		const packing = { order: order.map((i) => members[i]), packOffsets };
		const { documents, firstDocument } = window;
		const rows = packedWindow({
			documents,
			pieces,
			packing,
			task,
			firstDocument,
		});
		const count = bucketTotals(totals, length);
		for (const pack of permutation(packOffsets.length - 1, random)) {
			const { shard, row } = series.next();
			for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
				const piece = packing.order[at];
				places.shards[piece] = shard;
				places.rows[piece] = row;
				const tokens = pieces.length[piece];
				count.sequences++;
				count.tokens += tokens;
				count.context += (tokens * (tokens - 1)) / 2;
			}
			const writing = series.add(rows, pack);
			if (writing !== undefined) await writing;
		}
		const packs = packOffsets.length - 1;
		count.rows += packs;
		totals.rows += packs;
		totals.sequences += members.length;
		totals.rowTokens += lengths.reduce((sum, tokens) => sum + tokens, 0);
		totals.paddedTokens += packs * capacity;
	}

	#dropped(
		lengths: Int32Array,
		pieces: Pieces,
	): Pick<WindowResult, "dropped" | "reason"> {
		const dropped = lengths.slice();
		const ends = new Int32Array(lengths.length);
		pieces.document.forEach((document, i) => {
			const end = pieces.start[i] + pieces.length[i];
			this.#context.totals.repeatedTokens += ends[document] - pieces.start[i];
			ends[document] = end;
			dropped[document] = lengths[document] - end;
		});
		return {
			dropped,
			reason: (document) => (ends[document] > 0 ? "remainder" : "too-short"),
		};
	}
}
