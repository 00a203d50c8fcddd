/** The room of each pack, in a tree of maxima: finds the first pack with enough. */
export class RoomTree {
	packs = 0;
	/** Leaves; node i has the children 2 i and 2 i + 1, the root is 1. */
	#size = 1024;
	#most = new Int32Array(2 * this.#size);

	/** Opens a pack and returns its number. */
	add(room: number): number {
		if (this.packs === this.#size) this.#grow();
		this.set(this.packs, room);
		return this.packs++;
	}

	room(pack: number): number {
		return this.#most[this.#size + pack];
	}

	set(pack: number, room: number): void {
		let node = this.#size + pack;
		this.#most[node] = room;
		for (node >>= 1; node > 0; node >>= 1) {
			const most = Math.max(this.#most[2 * node], this.#most[2 * node + 1]);
			if (this.#most[node] === most) break;
			this.#most[node] = most;
		}
	}

	/** The first pack with at least this room, or -1. */
	firstWith(room: number): number {
		if (this.#most[1] < room) return -1;
		let node = 1;
		while (node < this.#size) {
			node *= 2;
			if (this.#most[node] < room) node++;
		}
		return node - this.#size;
	}

	#grow(): void {
		const leaves = this.#most.subarray(this.#size);
		this.#size *= 2;
		const most = new Int32Array(2 * this.#size);
		most.set(leaves, this.#size);
		for (let node = this.#size - 1; node > 0; node--)
			most[node] = Math.max(most[2 * node], most[2 * node + 1]);
		this.#most = most;
	}
}
