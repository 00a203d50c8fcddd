import {
	cpSync,
	existsSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import {
	permutation,
	type Random,
	randomBelow,
} from "../../src/core/random.js";

/** A change of a directory that is not on the disk yet. */
interface Change {
	/** The directories that are to be synced before it is there for good. */
	directories: Set<string>;
	undo(): void;
}

/**
 * Undoes, as chance has it, what is in memory alone when the power fails: names that were removed or
 * changed in a directory that was not synced since, and the bytes of files that were not.
 */
export class PowerLoss {
	readonly #random: Random;
	/** Where what was removed is kept. */
	readonly #aside: string;
	readonly #changes: Change[] = [];
	#count = 0;

	constructor(random: Random, aside: string) {
		this.#random = random;
		this.#aside = aside;
	}

	/** Names in a directory are on the disk. */
	synced(directory: string): void {
		for (const { directories } of this.#changes) directories.delete(directory);
	}

	removes(path: string): void {
		const kept = this.#keep(path);
		if (kept === null) return;
		this.#changes.push({
			directories: new Set([dirname(path)]),
			undo: () => {
				if (existsSync(dirname(path)) && !existsSync(path))
					cpSync(kept, path, { recursive: true });
			},
		});
	}

	/** A file of which only the bytes are on the disk. */
	appears(path: string): void {
		this.#changes.push({
			directories: new Set([dirname(path)]),
			undo: () => rmSync(path, { force: true }),
		});
	}

	moves(from: string, to: string): void {
		const kept = this.#keep(to);
		this.#changes.push({
			directories: new Set([dirname(to)]),
			undo: () => {
				if (!existsSync(dirname(from)) || !existsSync(to) || existsSync(from))
					return;
				renameSync(to, from);
				// What was replaced is there as it was.
				if (kept !== null) cpSync(kept, to);
			},
		});
	}

	/** A copy of what is at a path; null where nothing is. */
	#keep(path: string): string | null {
		if (!existsSync(path)) return null;
		const kept = join(this.#aside, String(this.#count++));
		cpSync(path, kept, { recursive: true });
		return kept;
	}

	/** Renames that are made at once come to the disk in any order. */
	shuffled<T>(items: readonly T[]): T[] {
		const order = permutation(items.length, this.#random);
		return Array.from(order, (item) => items[item]);
	}

	/** @param unsynced Files whose bytes were never brought to the disk. */
	strike(unsynced: readonly string[]): void {
		for (const path of unsynced.filter((path) => existsSync(path))) {
			const fate = randomBelow(this.#random, 3);
			const { size } = statSync(path);
			if (fate === 0) rmSync(path);
			else writeFileSync(path, Buffer.alloc(fate === 1 ? 0 : size));
		}
		// The last one first: what lay in a directory comes back after the directory.
		for (const { directories, undo } of this.#changes.reverse())
			if (directories.size > 0 && randomBelow(this.#random, 2) === 0) undo();
		this.#changes.length = 0;
	}
}
