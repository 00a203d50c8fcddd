import type { Storage } from "../../src/storage/storage.js";

/**
 * A storage of files in memory that gives at most `most` bytes at a read, to bring
 * the borders of reads to every place. Only what readers need.
 */
export function memoryStore(
	files: Record<string, Uint8Array>,
	most = Number.POSITIVE_INFINITY,
): Storage {
	const storage: Pick<Storage, "stat" | "open"> = {
		async stat(path) {
			const file = files[path];
			return file === undefined ? null : { kind: "file", size: file.length };
		},
		async open(path) {
			const file = files[path];
			return {
				async read(position, length) {
					const end = position + Math.min(length, most);
					return Buffer.from(file.subarray(position, end));
				},
				async close() {},
			};
		},
	};
	return storage as Storage;
}
