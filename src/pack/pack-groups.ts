import { Int32Buffer } from "../core/buffers.js";
import type { Packing } from "./packing.js";

/**
 * Packs that hold the same lengths, as groups: each is a run of packs that were
 * opened one after the other. What a group holds is a pile of layers, and a layer is
 * some sequences of one length on each pack. Groups that were one share the layers
 * below.
 *
 * Sequences are known by their place in a list. A layer hands out the places from
 * `firstItem` on: the first `times` of them to the pack `firstPack`, the next to the
 * pack behind it. So a group and a layer are a few numbers, however many packs they have.
 */
export class PackGroups {
	readonly #layers = {
		below: new Int32Buffer(),
		firstPack: new Int32Buffer(),
		firstItem: new Int32Buffer(),
		times: new Int32Buffer(),
	};
	readonly #groups = {
		firstPack: new Int32Buffer(),
		packs: new Int32Buffer(),
		/** Sequences on each pack. */
		depth: new Int32Buffer(),
		/** The layer on top, or -1. */
		top: new Int32Buffer(),
		/** The group of the packs before these, or -1. */
		before: new Int32Buffer(),
	};
	/** Packs that were opened, and the group of the last of them. */
	#packs = 0;
	#last = -1;

	/** Opens packs that hold nothing; returns their group. */
	open(packs: number): number {
		this.#last = this.#newGroup(this.#packs, packs, 0, -1, this.#last);
		this.#packs += packs;
		return this.#last;
	}

	packs(group: number): number {
		return this.#groups.packs.array[group];
	}

	/** Sequences on each pack of the group. */
	depth(group: number): number {
		return this.#groups.depth.array[group];
	}

	/** Makes the first `packs` packs, fewer than there are, a group of their own. */
	split(group: number, packs: number): number {
		const { firstPack, packs: sizes, depth, top, before } = this.#groups;
		const front = this.#newGroup(
			firstPack.array[group],
			packs,
			depth.array[group],
			top.array[group],
			before.array[group],
		);
		firstPack.array[group] += packs;
		sizes.array[group] -= packs;
		before.array[group] = front;
		return front;
	}

	/** Puts `times` sequences on each pack of the group: the places from `firstItem` on. */
	put(group: number, firstItem: number, times: number): void {
		const { firstPack, depth, top } = this.#groups;
		this.#layers.below.push(top.array[group]);
		this.#layers.firstPack.push(firstPack.array[group]);
		this.#layers.firstItem.push(firstItem);
		top.array[group] = this.#layers.times.length;
		this.#layers.times.push(times);
		depth.array[group] += times;
	}

	/**
	 * The packs in the order in which they were opened, each from its lowest layer up.
	 * @param items The sequences by their places.
	 */
	packing(items: Int32Array): Packing {
		const order = new Int32Array(items.length);
		const packOffsets = new Int32Array(this.#packs + 1);
		packOffsets[this.#packs] = items.length;
		const firstPack = this.#groups.firstPack.array;
		const packs = this.#groups.packs.array;
		const depth = this.#groups.depth.array;
		const before = this.#groups.before.array;
		const next: number[] = [];
		const times: number[] = [];
		let end = items.length;
		for (let group = this.#last; group !== -1; group = before[group]) {
			const layers = this.#pile(group, next, times);
			const start = end - packs[group] * depth[group];
			let at = start;
			for (let p = 0; p < packs[group]; p++) {
				packOffsets[firstPack[group] + p] = at;
				for (let i = layers - 1; i >= 0; i--) {
					const stop = at + times[i];
					let item = next[i];
					while (at < stop) order[at++] = items[item++];
					next[i] = item;
				}
			}
			end = start;
		}
		return { order, packOffsets };
	}

	/**
	 * The layers of a group, the top one first: the place that each has for the group's
	 * first pack, and how many for every pack. Returns their number.
	 */
	#pile(group: number, next: number[], times: number[]): number {
		const { below, firstPack, firstItem, times: each } = this.#layers;
		const pack = this.#groups.firstPack.array[group];
		let layers = 0;
		for (
			let layer = this.#groups.top.array[group];
			layer !== -1;
			layer = below.array[layer]
		) {
			times[layers] = each.array[layer];
			next[layers] =
				firstItem.array[layer] +
				(pack - firstPack.array[layer]) * each.array[layer];
			layers++;
		}
		return layers;
	}

	#newGroup(
		firstPack: number,
		packs: number,
		depth: number,
		top: number,
		before: number,
	): number {
		const group = this.#groups.packs.length;
		this.#groups.firstPack.push(firstPack);
		this.#groups.packs.push(packs);
		this.#groups.depth.push(depth);
		this.#groups.top.push(top);
		this.#groups.before.push(before);
		return group;
	}
}
