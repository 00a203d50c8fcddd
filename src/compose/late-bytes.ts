import type { PendingFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import {
	type ComposeOutput,
	createScratch,
	type OutputFile,
} from "./outputs.js";

/**
 * Puts what units write into one file, in the order of their numbers: what comes before its turn
 * waits on the disk.
 */
export class LateBytes {
	readonly #output: ComposeOutput;
	readonly #waiting = new Map<number, { path: string; file: PendingFile }>();
	readonly #ended = new Set<number>();
	#turn = 0;
	#advancing: Promise<void> = Promise.resolve();
	#file: OutputFile | null = null;

	constructor(output: ComposeOutput) {
		this.#output = output;
	}

	async write(unit: number, bytes: Uint8Array): Promise<void> {
		if (unit === this.#turn && !this.#waiting.has(unit)) {
			await this.#append(bytes);
			return;
		}
		let waiting = this.#waiting.get(unit);
		if (waiting === undefined) {
			const path = this.#output.scratch(`units/${unit}.bin`);
			waiting = { path, file: await createScratch(path) };
			this.#waiting.set(unit, waiting);
		}
		await waiting.file.write(bytes);
	}

	async end(unit: number): Promise<void> {
		await this.#waiting.get(unit)?.file.commit();
		this.#ended.add(unit);
		// Units that end at the same time are put in their places one after the other.
		this.#advancing = this.#advancing.then(() => this.#advance());
		await this.#advancing;
	}

	async abort(): Promise<void> {
		for (const [unit, { file }] of this.#waiting)
			if (!this.#ended.has(unit)) await file.abort();
	}

	async #advance(): Promise<void> {
		while (this.#ended.has(this.#turn)) {
			const waiting = this.#waiting.get(this.#turn);
			if (waiting !== undefined) {
				await this.#copy(waiting.path);
				this.#waiting.delete(this.#turn);
			}
			this.#turn++;
		}
	}

	async #copy(path: string): Promise<void> {
		const storage = storageAt(path);
		const file = await storage.open(path);
		try {
			for (let position = 0; ; ) {
				const piece = await file.read(position, storage.readSize);
				if (piece.length === 0) break;
				await this.#append(piece);
				position += piece.length;
			}
		} finally {
			await file.close();
		}
		await storage.remove(path);
	}

	async #append(bytes: Uint8Array): Promise<void> {
		this.#file ??= await this.#output.records(0);
		await this.#file.write(bytes);
	}
}
