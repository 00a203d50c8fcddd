import { roundUp } from "../core/arithmetic.js";
import { addCounts } from "../core/counts.js";
import type { Random } from "../core/random.js";
import { countLabels } from "../core/token-batch.js";
import type { SequencePlaces } from "../dataset/index-rows.js";
import type { DatasetFile, ShardOfTask } from "../dataset/manifest.js";
import { bucketKey } from "../dataset/row-groups.js";
import type { PackedWindow } from "../dataset/rows.js";
import { factsOfSides } from "../dataset/sequence-facts.js";
import type { BucketSettings } from "../dataset/settings.js";
import {
	emptyRowCounts,
	type RowCounts,
	type Totals,
} from "../dataset/totals.js";
import type { SequenceFacts } from "../masks/sequence-facts.js";
import { packCosts } from "../pack/cost.js";
import { rowOrders } from "../pack/orders.js";
import { roundedUp } from "../pack/pack-documents.js";
import { packers } from "../pack/packers.js";
import type { Packing } from "../pack/packing.js";
import type { StepCounts } from "../pack/row-order.js";
import {
	type PiecesOfSides,
	packsOfSides,
	piecesOfSides,
} from "../pack/sides.js";
import type { Sequences } from "./cut-window.js";
import { Leftovers, type PackedSequences } from "./leftovers.js";
import type { Plan } from "./plan.js";
import { ShardSeries } from "./shard-series.js";
import type { Stopwatch } from "./stopwatch.js";
import type { Workspace } from "./workspace.js";

/** What is counted of rows. */
export type OutputCounts = Pick<Totals, "buckets" | "order">;

/** What a task has written once all its windows are. */
export interface OutputFiles {
	shards: ShardOfTask[];
	/** For each bucket, how many sequences take the room of how many tokens. */
	rooms: Float64Array[];
	leftovers: DatasetFile | null;
}

/** What makes the rows of a task. */
export interface RowOutput {
	/** Writes sequences as rows, and says where each is. */
	write(
		sequences: Sequences,
		random: Random,
	): Promise<{ places: SequencePlaces; counts: OutputCounts }>;
	finish(): Promise<OutputFiles>;
	abort(): Promise<void>;
}

/** The rows of a task: packs the sequences of each bucket, and writes its shards. */
export class Output implements RowOutput {
	readonly #workspace: Workspace;
	readonly #task: number;
	readonly #buckets: BucketOutput[];
	readonly #leftovers: Leftovers | null;

	/** @param leaves Whether the emptiest packs are left to a repack task. */
	constructor(
		workspace: Workspace,
		plan: Plan,
		task: number,
		{ watch, leaves }: { watch: Stopwatch; leaves: boolean },
	) {
		this.#workspace = workspace;
		this.#task = task;
		const { buckets } = plan.settings;
		let shards = 0;
		this.#leftovers = leaves
			? new Leftovers(buckets.length, plan.settings)
			: null;
		this.#buckets = buckets.map(
			(bucket, number) =>
				new BucketOutput(
					workspace,
					plan,
					task,
					bucket,
					watch,
					() => shards++,
					(window, rooms) =>
						this.#leftovers?.take(number, window, rooms, bucket.capacity) ??
						allPacks(window),
				),
		);
	}

	async write(
		sequences: Sequences,
		random: Random,
	): Promise<{ places: SequencePlaces; counts: OutputCounts }> {
		const { pieces, buckets, ...window } = sequences;
		const places: SequencePlaces = {
			document: pieces.document,
			shards: new Int32Array(buckets.length).fill(-1),
			rows: new Int32Array(buckets.length).fill(-1),
		};
		const counts: OutputCounts = {
			buckets: {},
			order: { steps: 0, imbalance: 0, bits: 0, bitsKept: 0 },
		};
		const ofSides = piecesOfSides(pieces, sequences.sides);
		const facts = factsOfSides(sequences.facts, ofSides.first);
		for (const [number, bucket] of this.#buckets.entries()) {
			const members = membersOf(number, buckets);
			const { rows, order } = await bucket.write(
				{ ...window, pieces },
				ofSides,
				facts,
				members,
				places,
				random,
			);
			addCounts(counts, { buckets: { [bucket.key]: rows }, order });
		}
		return { places, counts };
	}

	async finish(): Promise<OutputFiles> {
		for (const { series } of this.#buckets) await series.finish();
		return {
			shards: this.#buckets.flatMap(({ series }) => series.shards),
			rooms: this.#buckets.map(({ rooms }) => rooms),
			leftovers:
				(await this.#leftovers?.write(this.#workspace, this.#task)) ?? null,
		};
	}

	async abort(): Promise<void> {
		for (const { series } of this.#buckets) await series.abort();
	}
}

/** The packs of a window that become rows, by the room that each of its sequences takes. */
type Keep = (window: PackedSequences, rooms: Int32Array) => Int32Array;

/** The rows of one bucket. */
class BucketOutput {
	/** The bucket's name in totals. */
	readonly key: string;
	readonly series: ShardSeries;
	/** Sequences by the room that they take, in tokens. */
	readonly rooms: Float64Array;
	readonly #settings: Plan["settings"];
	readonly #capacity: number;
	readonly #keep: Keep;

	/**
	 * @param nextShard The number of the next shard of the task.
	 * @param keep The packs of a window that become rows here, and are not left over.
	 */
	constructor(
		workspace: Workspace,
		{ settings }: Plan,
		task: number,
		bucket: BucketSettings,
		watch: Stopwatch,
		nextShard: () => number,
		keep: Keep,
	) {
		this.key = bucketKey(bucket);
		this.series = new ShardSeries(
			workspace,
			settings,
			task,
			bucket,
			watch,
			nextShard,
		);
		this.rooms = new Float64Array(bucket.capacity + 1);
		this.#settings = settings;
		this.#capacity = bucket.capacity;
		this.#keep = keep;
	}

	/**
	 * @param ofSides The pieces as sequences of rows.
	 * @param facts Of these sequences.
	 * @param members Which of the pieces are sequences of this bucket.
	 * @param places Is written to, at the members.
	 */
	async write(
		window: Omit<PackedSequences, "packing">,
		{ pieces, first }: PiecesOfSides,
		facts: SequenceFacts,
		members: Int32Array,
		places: SequencePlaces,
		random: Random,
	): Promise<{ rows: RowCounts; order: StepCounts }> {
		const { packer, padDocumentToMultiple: multiple } = this.#settings;
		const rooms = roundedUp(window.pieces.length, multiple);
		const { name, ...options } = packer;
		const found = packers.find(name).pack(
			members.map((piece) => rooms[piece]),
			this.#capacity,
			options,
		);
		const packing = {
			order: found.order.map((member) => members[member]),
			packOffsets: found.packOffsets,
		};
		const packs = this.#keep({ ...window, packing }, rooms);
		const packed: PackedWindow = {
			...window,
			pieces,
			facts,
			packing: packsOfSides(packing, first),
		};
		const { order, counts } = this.#rowOrder(packed, packs, random);
		for (const pack of order) {
			const { shard, row } = this.series.next();
			for (
				let at = packing.packOffsets[pack];
				at < packing.packOffsets[pack + 1];
				at++
			) {
				places.shards[packing.order[at]] = shard;
				places.rows[packing.order[at]] = row;
			}
			const writing = this.series.add(packed, pack);
			if (writing !== undefined) await writing;
		}
		const rows = this.#count(packed, packs);
		this.#countRooms(packing, packs, rooms, rows);
		return { rows, order: counts };
	}

	/** The packs in the order of their rows, and what the order comes to. */
	#rowOrder(
		{ pieces, packing }: PackedWindow,
		packs: Int32Array,
		random: Random,
	): { order: Int32Array; counts: StepCounts } {
		const { name, ...options } = this.#settings.order;
		const all = packCosts(pieces.length, packing);
		const costs = Float64Array.from(packs, (pack) => all[pack]);
		const { rows, steps } = rowOrders.find(name).order(costs, options, random);
		return { order: rows.map((i) => packs[i]), counts: steps };
	}

	#count(
		{ documents, pieces, packing }: PackedWindow,
		packs: Int32Array,
	): RowCounts {
		const { order, packOffsets } = packing;
		const counts = emptyRowCounts();
		counts.rows = packs.length;
		for (const pack of packs)
			for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
				const piece = order[at];
				const tokens = pieces.length[piece];
				counts.sequences++;
				counts.tokens += tokens;
				counts.labels += documents.lossMask
					? countLabels(
							documents,
							documents.offsets[pieces.document[piece]] + pieces.start[piece],
							tokens,
						)
					: tokens - 1;
				counts.context += (tokens * (tokens - 1)) / 2;
			}
		return counts;
	}

	/** Counts the room that sequences take. */
	#countRooms(
		{ order, packOffsets }: Packing,
		packs: Int32Array,
		rooms: Int32Array,
		counts: RowCounts,
	): void {
		const multiple = this.#settings.padToMultiple ?? this.#capacity;
		let taken = 0;
		for (const pack of packs) {
			let room = 0;
			for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
				this.rooms[rooms[order[at]]]++;
				room += rooms[order[at]];
			}
			taken += room;
			counts.paddedTokens += roundUp(room, multiple);
		}
		counts.alignmentTokens = taken - counts.tokens;
	}
}

/** Which sequences are of a bucket. */
function membersOf(bucket: number, buckets: Int32Array): Int32Array {
	let count = 0;
	for (const each of buckets) if (each === bucket) count++;
	const members = new Int32Array(count);
	let at = 0;
	buckets.forEach((each, sequence) => {
		if (each === bucket) members[at++] = sequence;
	});
	return members;
}

function allPacks({ packing }: PackedSequences): Int32Array {
	return Int32Array.from(
		{ length: packing.packOffsets.length - 1 },
		(_, i) => i,
	);
}
