import { createHash } from "node:crypto";
import type { PendingFile, WrittenFile } from "../storage.js";
import type { ObjectClient, PartsWriter } from "./object-client.js";

/** Bytes of the first parts: twice as many after each thousand, so that ten thousand are enough for any object. */
const PART = 8 << 20;
/** Parts that are on their way at a time. */
const LANES = 4;

export interface UploadOptions {
	/** Whether what is at the path already is left there. */
	ifAbsent: boolean;
	/** Told where something was there: what becomes of this file is for it to say. */
	onPresent(path: string, written: WrittenFile): Promise<void>;
}

/**
 * An object that is written from its beginning to its end. It appears whole when it is
 * committed: in one request where it is small, else in parts. Holds a few parts in memory.
 */
export class Upload implements PendingFile {
	readonly #client: ObjectClient;
	readonly #path: string;
	readonly #options: UploadOptions;
	readonly #hash = createHash("sha256");
	#bytes = 0;
	#part = Buffer.allocUnsafe(0);
	#filled = 0;
	#parts: Promise<PartsWriter> | null = null;
	#count = 0;
	readonly #underWay = new Set<Promise<void>>();
	#failure: { error: unknown } | null = null;

	constructor(client: ObjectClient, path: string, options: UploadOptions) {
		this.#client = client;
		this.#path = path;
		this.#options = options;
	}

	async write(bytes: Uint8Array): Promise<void> {
		this.#hash.update(bytes);
		this.#bytes += bytes.length;
		let at = 0;
		while (at < bytes.length) {
			if (this.#filled === this.#size) await this.#sendPart();
			this.#makeRoom(bytes.length - at);
			const taken = Math.min(
				bytes.length - at,
				this.#part.length - this.#filled,
			);
			this.#part.set(bytes.subarray(at, at + taken), this.#filled);
			this.#filled += taken;
			at += taken;
		}
	}

	async commit(): Promise<WrittenFile> {
		const { ifAbsent, onPresent } = this.#options;
		const written = { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
		try {
			const isWritten =
				this.#parts === null
					? await this.#client.put(this.#path, this.#rest(), { ifAbsent })
					: await this.#complete(await this.#parts);
			if (!isWritten) await onPresent(this.#path, written);
		} catch (error) {
			await this.abort();
			throw error;
		}
		return written;
	}

	async abort(): Promise<void> {
		await Promise.all(this.#underWay);
		const parts = await this.#parts?.catch(() => null);
		this.#parts = null;
		// Also a lifecycle rule of the bucket removes what is left of uploads.
		await parts?.abort().catch(() => {});
	}

	/** Bytes of the part that is being filled. */
	get #size(): number {
		return PART * 2 ** Math.floor(this.#count / 1000);
	}

	/** Small files take little memory. */
	#makeRoom(bytes: number): void {
		const due = Math.min(this.#size, this.#filled + bytes);
		if (due <= this.#part.length) return;
		const larger = Math.min(this.#size, Math.max(due, 2 * this.#part.length));
		const part = Buffer.allocUnsafeSlow(larger);
		part.set(this.#part.subarray(0, this.#filled));
		this.#part = part;
	}

	#rest(): Buffer {
		return this.#part.subarray(0, this.#filled);
	}

	async #complete(parts: PartsWriter): Promise<boolean> {
		if (this.#filled > 0) await this.#sendPart();
		await Promise.all(this.#underWay);
		this.#throwFailure();
		const { ifAbsent } = this.#options;
		const isWritten = await parts.complete({ ifAbsent });
		if (!isWritten) await parts.abort();
		this.#parts = null;
		return isWritten;
	}

	async #sendPart(): Promise<void> {
		this.#parts ??= this.#client.beginParts(this.#path);
		const parts = await this.#parts;
		while (this.#underWay.size >= LANES) await Promise.race(this.#underWay);
		this.#throwFailure();
		const sent = parts.put(++this.#count, this.#rest()).then(
			() => {},
			(error) => {
				this.#failure ??= { error };
			},
		);
		const known = sent.then(() => {
			this.#underWay.delete(known);
		});
		this.#underWay.add(known);
		this.#part = Buffer.allocUnsafe(0);
		this.#filled = 0;
	}

	#throwFailure(): void {
		if (this.#failure !== null) throw this.#failure.error;
	}
}
