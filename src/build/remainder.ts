import type { ManifestFile } from "../dataset/manifest.js";
import {
	type PackedWindow,
	packedSchemaWith,
	RowBuffer,
} from "../dataset/rows.js";
import type { Settings } from "../dataset/settings.js";
import { roundedUp } from "../pack/pack-documents.js";
import type { Storage } from "../storage/storage.js";
import { arrow } from "../tables/arrow.js";
import type { ColumnBatch } from "../tables/columns.js";
import { stagedPath } from "./paths.js";
import type { StagedFile } from "./staged-file.js";

/**
 * Tokens that a task leaves to others, at most: those of 64 tasks fill a window of the
 * usual size. And the packs of a window, of which one is left.
 */
const MOST_TOKENS = 2 ** 20;
const PACKS_A_HELD_ONE = 4;
/** A pack with less room than this share of a row stays. */
const LEAST_ROOM = 1 / 1024;

/** The columns of a file of remainders: the usual ones, and weights where rows have them. */
function remainderSchema({ lossWeight }: Settings) {
	return packedSchemaWith({ columns: [], lossWeight });
}

/**
 * The emptiest packs of a task. Their sequences are packed once more, together with
 * those of other tasks, so that it is not every task that has a row half empty. They
 * wait as rows of an Arrow file.
 */
export class Remainder {
	readonly #settings: Settings;
	readonly #file: StagedFile;
	readonly #buffer: RowBuffer;
	readonly #mostPacks: number;

	/** @param isKept Whether there is a task for remainders; else nothing is held back. */
	constructor(settings: Settings, file: StagedFile, isKept: boolean) {
		this.#settings = settings;
		this.#file = file;
		this.#buffer = new RowBuffer({
			columns: [],
			lossWeight: settings.lossWeight,
			padDocumentToMultiple: 1,
		});
		this.#mostPacks = isKept
			? Math.max(1, Math.floor(MOST_TOKENS / settings.seqLen))
			: 0;
	}

	/** Takes the emptiest packs of a window, and returns the others, in their order. */
	take(window: PackedWindow): Int32Array {
		const { seqLen, padDocumentToMultiple } = this.#settings;
		const { order, packOffsets } = window.packing;
		const rooms = roundedUp(window.pieces.length, padDocumentToMultiple);
		const packs = packOffsets.length - 1;
		const left = Float64Array.from({ length: packs }, (_, pack) => {
			let room = seqLen;
			for (let at = packOffsets[pack]; at < packOffsets[pack + 1]; at++)
				room -= rooms[order[at]];
			return room;
		});
		const most = Math.min(
			this.#mostPacks - this.#buffer.rows,
			Math.ceil(packs / PACKS_A_HELD_ONE) + 1,
		);
		const held = new Set(
			[...left.keys()]
				.filter((pack) => left[pack] > seqLen * LEAST_ROOM)
				.sort((a, b) => left[b] - left[a] || a - b)
				.slice(0, Math.max(0, most)),
		);
		for (const pack of held) this.#buffer.add(window, pack);
		return Int32Array.from(left.keys()).filter((pack) => !held.has(pack));
	}

	async finish(): Promise<ManifestFile | null> {
		const { rows } = this.#buffer;
		if (rows === 0) return null;
		const file = await this.#file.open();
		const writer = arrow.write(file, remainderSchema(this.#settings), {
			compression: "none",
			batchRows: rows,
			metadata: new Map(),
		});
		await writer.write(this.#buffer.batch());
		await writer.close();
		return this.#file.commit(rows);
	}

	async abort(): Promise<void> {
		await this.#file.abort();
	}
}

/** Reads what a task left, in batches. */
export async function* readRemainder(
	storage: Storage,
	out: string,
	{ path, bytes }: ManifestFile,
	settings: Settings,
): AsyncGenerator<ColumnBatch> {
	const file = await storage.open(`${out}/${stagedPath(path)}`);
	try {
		yield* arrow.read(file, bytes, remainderSchema(settings));
	} finally {
		await file.close();
	}
}
