import { EnvironmentError } from "../../core/errors.js";
import { BLOCK, BlockCache, blockKey } from "./block-cache.js";
import { Lanes } from "./lanes.js";
import type { ObjectInfo, ObjectReader } from "./object-client.js";

/** Requests at a time, of one thread: at 30 ms a request enough for 4000 a second. */
const LANES = 128;

/** Ranges with fewer bytes between them are one request, as long as it has no more bytes than these. */
const NEAR = 64 << 10;
const MOST_JOINED = 2 << 20;

/** An object as it was when it was opened. */
export interface FarObject extends ObjectInfo {
	readonly number: number;
	readonly client: ObjectReader;
}

/** What all reads of a thread share. */
const lanes = new Lanes(LANES);
const cache = new BlockCache();
const objects = new Map<string, FarObject>();
const heads = new Map<string, Promise<ObjectInfo | null>>();

/** A range that is wanted of an object, and what takes its bytes. */
interface Wanted {
	from: number;
	to: number;
	/** @param isShared Whether the bytes are part of more. */
	take(bytes: Uint8Array, isShared: boolean): void;
	fail(error: unknown): void;
}

/**
 * What an action reads of objects: what has come is held, what has not is noted, and
 * `fetch` gets all of it at once. Blocks are kept for others as well; ranges go with
 * this object.
 */
export class FarReads {
	readonly #heads = new Map<string, ObjectInfo | null>();
	readonly #ranges = new Map<FarObject, Map<number, Uint8Array>>();
	readonly #blocks = new Map<number, Uint8Array>();
	#wantedHeads = new Map<string, ObjectReader>();
	#wantedRanges = new Map<FarObject, Map<number, number>>();
	#wantedBlocks = new Map<FarObject, Set<number>>();

	/** Whether there is anything to fetch. */
	get isWaiting(): boolean {
		return (
			this.#wantedHeads.size +
				this.#wantedRanges.size +
				this.#wantedBlocks.size >
			0
		);
	}

	/** The object at a path; null where there is none, undefined where that is not known yet. */
	object(client: ObjectReader, path: string): FarObject | null | undefined {
		const info = this.#heads.get(path);
		if (info === undefined) this.#wantedHeads.set(path, client);
		if (info === undefined || info === null) return info;
		const name = `${info.version}\n${path}`;
		const known = objects.get(name) ?? {
			...info,
			client,
			number: objects.size,
		};
		objects.set(name, known);
		return known;
	}

	/** A range of an object, or undefined. */
	range(
		object: FarObject,
		position: number,
		length: number,
	): Uint8Array | undefined {
		const held = this.#ranges.get(object)?.get(position);
		if (held !== undefined && held.length >= length)
			return held.subarray(0, length);
		const wanted = this.#wantedRanges.get(object) ?? new Map<number, number>();
		wanted.set(position, Math.max(length, wanted.get(position) ?? 0));
		this.#wantedRanges.set(object, wanted);
		return undefined;
	}

	/** A block of an object, or undefined. */
	block(object: FarObject, block: number): Uint8Array | undefined {
		const key = blockKey(object, block);
		const held = this.#blocks.get(key) ?? cache.get(key);
		if (held !== undefined) return held;
		const wanted = this.#wantedBlocks.get(object) ?? new Set<number>();
		wanted.add(block);
		this.#wantedBlocks.set(object, wanted);
		return undefined;
	}

	/** Fetches all that is wanted. */
	async fetch(): Promise<void> {
		const under: Promise<void>[] = [];
		for (const [path, client] of this.#wantedHeads)
			under.push(
				headOf(client, path).then((info) => {
					this.#heads.set(path, info);
				}),
			);
		const wanted = new Map<FarObject, Wanted[]>();
		const want = (object: FarObject, from: number, to: number) =>
			new Promise<Uint8Array>((resolve, fail) => {
				const take = (bytes: Uint8Array, isShared: boolean) =>
					resolve(isShared && to - from === BLOCK ? bytes.slice() : bytes);
				const own = wanted.get(object) ?? [];
				own.push({ from, to, take, fail });
				wanted.set(object, own);
			});
		for (const [object, ranges] of this.#wantedRanges) {
			const held = this.#ranges.get(object) ?? new Map<number, Uint8Array>();
			this.#ranges.set(object, held);
			for (const [from, length] of ranges)
				under.push(
					want(object, from, from + length).then((bytes) => {
						held.set(from, bytes);
					}),
				);
		}
		for (const [object, blocks] of this.#wantedBlocks)
			for (const block of blocks) {
				const key = blockKey(object, block);
				let fetched = cache.underWay(key);
				if (fetched === undefined) {
					const from = block * BLOCK;
					fetched = want(object, from, Math.min(object.size, from + BLOCK));
					cache.keep(key, fetched);
				}
				under.push(
					fetched.then((bytes) => {
						this.#blocks.set(key, bytes);
					}),
				);
			}
		this.#wantedHeads = new Map();
		this.#wantedRanges = new Map();
		this.#wantedBlocks = new Map();
		for (const [object, ranges] of wanted) fetchJoined(object, ranges);
		await Promise.all(under);
	}
}

/** Asked once, however many want to know. */
function headOf(
	client: ObjectReader,
	path: string,
): Promise<ObjectInfo | null> {
	const known = heads.get(path);
	if (known !== undefined) return known;
	const asked = lanes
		.run(() => client.head(path))
		.finally(() => heads.delete(path));
	heads.set(path, asked);
	return asked;
}

/** Fetches ranges of an object, those that are near one another in one request. */
function fetchJoined(object: FarObject, ranges: Wanted[]): void {
	ranges.sort((a, b) => a.from - b.from);
	let group: Wanted[] = [];
	let end = 0;
	for (const range of ranges) {
		const isNear =
			group.length > 0 &&
			range.from - end < NEAR &&
			Math.max(end, range.to) - group[0].from <= MOST_JOINED;
		if (!isNear) {
			if (group.length > 0) fetchGroup(object, group, end);
			group = [];
			end = 0;
		}
		group.push(range);
		end = Math.max(end, range.to);
	}
	if (group.length > 0) fetchGroup(object, group, end);
}

function fetchGroup(object: FarObject, group: Wanted[], end: number): void {
	const [{ from: start }] = group;
	const { client, path, version } = object;
	const length = end - start;
	lanes
		.run(() =>
			client.read(path, start, length, {
				version,
				into: new ArrayBuffer(length),
			}),
		)
		.then((bytes) => {
			if (bytes.length !== length)
				throw new EnvironmentError(
					"cannot-read",
					`cannot read ${path}: of ${length} bytes from ${start} on ${bytes.length} came.`,
				);
			for (const { from, to, take } of group)
				take(bytes.subarray(from - start, to - start), group.length > 1);
		})
		.catch((error) => {
			for (const { fail } of group) fail(error);
		});
}
