import { createHash } from "node:crypto";
import type { TextBatch } from "../core/text-batch.js";

/** Bytes of a document's hash. */
export const HASH_BYTES = 32;

/**
 * SHA-256 of each text of a batch, back to back: by it documents are sampled, held out
 * and found again, so that each is treated alike wherever it stands.
 */
export function hashesOf({ bytes, offsets }: TextBatch): Uint8Array {
	const texts = offsets.length - 1;
	const hashes = new Uint8Array(HASH_BYTES * texts);
	for (let i = 0; i < texts; i++)
		hashes.set(
			createHash("sha256")
				.update(bytes.subarray(offsets[i], offsets[i + 1]))
				.digest(),
			HASH_BYTES * i,
		);
	return hashes;
}

/** Where in a hash the number is that sampling goes by, and that holding out goes by. */
export const SAMPLE_AT = 0;
export const VALIDATION_AT = 8;

/**
 * The number in [0, 1) that six bytes of a hash give, the most significant first.
 * @param at The first of them: `SAMPLE_AT` or `VALIDATION_AT`.
 */
export function fractionAt(
	hashes: Uint8Array,
	text: number,
	at: number,
): number {
	let number = 0;
	const start = HASH_BYTES * text + at;
	for (let i = start; i < start + 6; i++) number = number * 256 + hashes[i];
	return number / 2 ** 48;
}

/**
 * The number in [0, 1) that a text has with a seed: of the SHA-256 of the seed in decimal digits
 * and the text's hash, the first six bytes, the most significant first.
 */
export function seededFraction(
	hashes: Uint8Array,
	text: number,
	seed: number,
): number {
	const own = hashes.subarray(HASH_BYTES * text, HASH_BYTES * (text + 1));
	const digest = createHash("sha256").update(`${seed}`).update(own).digest();
	return fractionAt(digest, 0, 0);
}

/** The hashes of some texts, in the order that they are named in: a copy. */
export function selectHashes(hashes: Uint8Array, texts: number[]): Uint8Array {
	const selected = new Uint8Array(HASH_BYTES * texts.length);
	for (const [i, text] of texts.entries())
		selected.set(
			hashes.subarray(HASH_BYTES * text, HASH_BYTES * (text + 1)),
			HASH_BYTES * i,
		);
	return selected;
}
