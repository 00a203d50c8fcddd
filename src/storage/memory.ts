import { createHash } from "node:crypto";
import { findObjects } from "./objects/find-objects.js";
import type { ObjectInfo } from "./objects/object-client.js";
import type { Storage } from "./storage.js";
import { noSuchFile } from "./system-errors.js";

/**
 * A storage of files in memory, as an object storage is: directories are what the
 * paths of files go through, and there are no renames and no links.
 * @param readSize To bring the borders of reads to every place.
 */
export function memoryStorage(
	files: Record<string, Uint8Array> = {},
	readSize = 1 << 20,
): Storage {
	const held = new Map(Object.entries(files));
	const versions = new Map<string, number>();
	const bytesAt = (path: string) => {
		const bytes = held.get(path);
		if (bytes === undefined) throw noSuchFile(path);
		return bytes;
	};
	const below = (path: string) =>
		[...held.keys()].filter((name) => name.startsWith(`${path}/`)).sort();
	const versionOf = (path: string) => String(versions.get(path) ?? 0);
	const infoOf = (path: string): ObjectInfo => ({
		path,
		size: bytesAt(path).length,
		version: versionOf(path),
	});
	const listing = {
		head: async (path: string) => (held.has(path) ? infoOf(path) : null),
		async *list(prefix: string) {
			const names = [...held.keys()].filter((name) => name.startsWith(prefix));
			yield names.map(infoOf);
		},
	};
	return {
		readSize,
		async stat(path) {
			const bytes = held.get(path);
			const version = versionOf(path);
			if (bytes !== undefined)
				return { kind: "file", size: bytes.length, version };
			return below(path).length > 0
				? { kind: "directory", size: 0, version: "" }
				: null;
		},
		async list(path) {
			const names = below(path).map(
				(name) => name.slice(path.length + 1).split("/")[0],
			);
			return [...new Set(names)].sort();
		},
		find: (path, options) => findObjects(listing, path, "", options),
		async open(path) {
			const bytes = bytesAt(path);
			return {
				async read(position, length, into = new ArrayBuffer(length)) {
					const part = bytes.subarray(position, position + length);
					// Whoever still looks at what was there before finds it gone.
					Buffer.from(into).fill(255).set(part);
					return Buffer.from(into, 0, part.length);
				},
				async close() {},
			};
		},
		openForRandomAccess(path) {
			const bytes = bytesAt(path);
			return {
				size: bytes.length,
				readInto(target, position, offset, length) {
					const part = bytes.subarray(position, position + length);
					target.set(part, offset);
					return part.length;
				},
			};
		},
		async create(path) {
			const chunks: Uint8Array[] = [];
			return {
				async write(chunk) {
					chunks.push(Uint8Array.from(chunk));
				},
				async commit() {
					const bytes = Buffer.concat(chunks);
					held.set(path, bytes);
					versions.set(path, (versions.get(path) ?? 0) + 1);
					const sha256 = createHash("sha256").update(bytes).digest("hex");
					return { bytes: bytes.length, sha256 };
				},
				async abort() {},
			};
		},
		async createExclusive(path, content) {
			if (held.has(path)) return false;
			held.set(path, Buffer.from(content));
			return true;
		},
		async remove(path) {
			for (const name of [path, ...below(path)]) held.delete(name);
		},
		async removeEmpty() {},
		async makeDirectory() {},
		absolute: (path) => `memory:${path}`,
	};
}
