import { createHash } from "node:crypto";
import { isObject } from "../core/values.js";
import type { Storage } from "./storage.js";

/** SHA-256 of a text or of bytes, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of a file, read in pieces, and its size. */
export async function sha256OfFile(
	storage: Storage,
	path: string,
): Promise<{ sha256: string; bytes: number }> {
	const hash = createHash("sha256");
	const file = await storage.open(path);
	let bytes = 0;
	try {
		for (;;) {
			const chunk = await file.read(bytes, storage.readSize);
			if (chunk.length === 0) break;
			hash.update(chunk);
			bytes += chunk.length;
		}
	} finally {
		await file.close();
	}
	return { sha256: hash.digest("hex"), bytes };
}

const SAMPLE = 1 << 16;

/**
 * A cheap fingerprint of a file: SHA-256 over its size and its first and last
 * 64 KiB. It tells when a corpus was changed between two runs; a change of
 * some bytes in the middle that keeps the size goes unseen.
 * @param version That of the file that is meant, where it is known.
 */
export async function fingerprintOfFile(
	storage: Storage,
	path: string,
	size: number,
	version = "",
): Promise<string> {
	const hash = createHash("sha256").update(`${size}\n`);
	const file = await storage.open(path, { size, version });
	try {
		hash.update(await file.read(0, Math.min(SAMPLE, size)));
		if (size > SAMPLE)
			hash.update(await file.read(Math.max(SAMPLE, size - SAMPLE), SAMPLE));
	} finally {
		await file.close();
	}
	return hash.digest("hex");
}

/** The same of a file of which all is at hand; null where it is so large that only a part counts. */
export function fingerprintOfContent(content: Uint8Array): string | null {
	return content.length > SAMPLE
		? null
		: createHash("sha256")
				.update(`${content.length}\n`)
				.update(content)
				.digest("hex");
}

/** SHA-256 of the canonical JSON of an object with named fields: no more than an element of its lists is held as a text. */
export function sha256OfJson(value: Readonly<Record<string, unknown>>): string {
	const hash = createHash("sha256");
	let between = "{";
	for (const key of Object.keys(value).sort((a, b) => (a < b ? -1 : 1))) {
		const part = value[key];
		if (part === undefined) continue;
		hash.update(`${between}${JSON.stringify(key)}:`);
		if (Array.isArray(part)) {
			part.forEach((element, i) => {
				hash.update((i === 0 ? "[" : ",") + canonicalJson(element ?? null));
			});
			hash.update(part.length === 0 ? "[]" : "]");
		} else hash.update(canonicalJson(part));
		between = ",";
	}
	return hash.update(between === "{" ? "{}" : "}").digest("hex");
}

/** JSON with the keys of every object sorted: equal values give equal texts. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_key, part) =>
		isObject(part)
			? Object.fromEntries(
					Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)),
				)
			: part,
	);
}
