import { createHash } from "node:crypto";
import { UsageError } from "../core/errors.js";
import type { FoundFile, Storage } from "./storage.js";

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
		if (bytes === undefined)
			throw new UsageError(
				"no-such-file",
				`cannot read ${path}: there is no such file or directory.`,
			);
		return bytes;
	};
	const below = (path: string) =>
		[...held.keys()].filter((name) => name.startsWith(`${path}/`)).sort();
	const versionOf = (path: string) => String(versions.get(path) ?? 0);
	const found = (path: string, below: string | null): FoundFile => ({
		path,
		below,
		kind: "file",
		size: bytesAt(path).length,
		version: versionOf(path),
		identity: path,
	});
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
		async find(path, { leaveOut = () => false, onPassedOver } = {}) {
			if (held.has(path)) return [found(path, null)];
			const inside = below(path);
			if (inside.length === 0)
				throw new UsageError(
					"no-such-input",
					`there is no file or directory ${path}.`,
				);
			const hidden = new Set<string>();
			const files: FoundFile[] = [];
			for (const name of inside) {
				const rest = name.slice(path.length + 1);
				const tops = [...rest.matchAll(/\//g)].map(({ index }) =>
					rest.slice(0, index),
				);
				if (tops.some((top) => leaveOut(top, "directory"))) continue;
				const dot = /^(.*?(?:^|\/)\.[^/]*)(\/?)/.exec(rest);
				if (dot !== null) hidden.add(`${path}/${dot[1]}${dot[2]}`);
				else if (!leaveOut(rest, "file")) files.push(found(name, rest));
			}
			for (const path of hidden)
				onPassedOver?.({ path, why: "hidden", error: null });
			return files;
		},
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
				close() {},
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
