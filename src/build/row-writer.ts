import type { Random } from "../core/random.js";
import type { SequencePlaces } from "../dataset/index-rows.js";
import type { PackedWindow } from "../dataset/rows.js";
import type { Settings } from "../dataset/settings.js";
import type { Totals } from "../dataset/totals.js";
import { DEFAULT_COST, packCosts } from "../pack/cost.js";
import { orders } from "../pack/orders.js";
import { roundedUp } from "../pack/pack-documents.js";
import type { ShardSeries } from "./shard-series.js";

/** Writes packs as rows of a task's shards, in the order that the settings ask for, and counts them. */
export class RowWriter {
	readonly #settings: Settings;
	readonly #totals: Totals;
	readonly #roomCounts: Float64Array;
	readonly #series: ShardSeries;

	/**
	 * @param totals Is added to.
	 * @param roomCounts Sequences by the room that they take, 0..seqLen; is added to.
	 */
	constructor(
		settings: Settings,
		series: ShardSeries,
		totals: Totals,
		roomCounts: Float64Array,
	) {
		this.#settings = settings;
		this.#series = series;
		this.#totals = totals;
		this.#roomCounts = roomCounts;
	}

	/** @param packs The packs to write; those left out come to another task's rows. */
	async write(
		window: PackedWindow,
		packs: Int32Array,
		random: Random,
	): Promise<SequencePlaces> {
		const { pieces, packing } = window;
		const { order, packOffsets } = packing;
		const shards = new Int32Array(pieces.length.length).fill(-1);
		const rows = new Int32Array(pieces.length.length).fill(-1);
		const series = this.#series;
		for (const i of this.#rowOrder(window, packs, random)) {
			const pack = packs[i];
			const { shard, row } = series.next();
			for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
				shards[order[at]] = shard;
				rows[order[at]] = row;
			}
			const writing = series.add(window, pack);
			if (writing !== undefined) await writing;
		}
		this.#count(window, packs);
		return { shards, rows };
	}

	#rowOrder(
		{ pieces, packing }: PackedWindow,
		packs: Int32Array,
		random: Random,
	): Int32Array {
		const { order } = this.#settings;
		const all = packCosts(pieces.length, packing, {
			...DEFAULT_COST,
			...order,
		});
		const costs = Float64Array.from(packs, (pack) => all[pack]);
		const { rows, steps } = orders
			.find(order.name)
			.order(
				costs,
				{ shuffleWindow: undefined, ...withoutNull(order) },
				random,
			);
		const { balance } = this.#totals;
		balance.steps += steps.steps;
		balance.imbalance += steps.imbalance;
		balance.bits += steps.bits;
		balance.bitsKept += steps.bitsKept;
		return rows;
	}

	#count({ pieces, packing }: PackedWindow, packs: Int32Array): void {
		const { seqLen, padDocumentToMultiple, padToMultiple } = this.#settings;
		const totals = this.#totals;
		const { order, packOffsets } = packing;
		const rooms = roundedUp(pieces.length, padDocumentToMultiple);
		totals.rows += packs.length;
		for (const pack of packs) {
			let room = 0;
			for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++) {
				const sequence = order[at];
				const tokens = pieces.length[sequence];
				totals.sequences++;
				totals.rowTokens += tokens;
				totals.alignmentTokens += rooms[sequence] - tokens;
				this.#roomCounts[rooms[sequence]]++;
				room += rooms[sequence];
			}
			const multiple = padToMultiple ?? seqLen;
			totals.paddedTokens += Math.ceil(room / multiple) * multiple;
		}
	}
}

function withoutNull(settings: object): object {
	return Object.fromEntries(
		Object.entries(settings).filter(([, value]) => value !== null),
	);
}
