import { EnvironmentError, UsageError } from "../../core/errors.js";
import { inParallel } from "../../core/in-parallel.js";
import { sha256OfFile } from "../hash.js";
import type {
	FindOptions,
	FoundFile,
	ReadableFile,
	Stat,
	Storage,
	WrittenFile,
} from "../storage.js";
import { noSuchFile } from "../system-errors.js";
import { openFarFile } from "./far-file.js";
import { findObjects } from "./find-objects.js";
import type {
	ObjectClient,
	ObjectInfo,
	ObjectReader,
} from "./object-client.js";
import { strongTag } from "./strong-tag.js";
import { Upload } from "./upload.js";

/** Removals at a time. */
const LANES = 32;

/** Bytes that are read at once, and how many reads go at a time: at 30 ms a request 180 MB a second. */
const READ_SIZE = 4 << 20;
const READS_AHEAD = 4;

/** What can be done with objects that are only read. */
export function objectsToRead(
	client: ObjectReader,
	topOf: (path: string) => string,
): Pick<
	Storage,
	| "pinsReads"
	| "readSize"
	| "readsAhead"
	| "stat"
	| "list"
	| "find"
	| "open"
	| "readWhole"
	| "openForRandomAccess"
	| "absolute"
> {
	const listing = {
		head: (path: string) => client.head(path),
		list: (prefix: string) => client.list?.(prefix) ?? nothing(),
	};
	return {
		pinsReads: true,
		readSize: READ_SIZE,
		readsAhead: READS_AHEAD,

		async stat(path): Promise<Stat | null> {
			const directory = path.replace(/\/+$/, "");
			if (directory === path && path.length > topOf(path).length) {
				const own = await client.head(path);
				if (own !== null)
					return { kind: "file", size: own.size, version: own.version };
			}
			for await (const page of client.list?.(`${directory}/`, 1) ?? nothing())
				if (page.length > 0) return { kind: "directory", size: 0, version: "" };
			return null;
		},

		list: async (path) =>
			(await client.listNames?.(`${path.replace(/\/+$/, "")}/`)) ?? [],

		find: (asked: string, options?: FindOptions): Promise<FoundFile[]> =>
			findObjects(listing, asked, topOf(asked), options),

		async open(path, known): Promise<ReadableFile> {
			const found = known?.version
				? { path, ...known }
				: await client.head(path);
			if (found === null) throw noSuchFile(path);
			return readable(client, found);
		},

		readWhole: (path) => client.readWhole(path),

		openForRandomAccess: (path) => openFarFile(client, path),

		absolute: (path) => path,
	};
}

async function* nothing(): AsyncGenerator<ObjectInfo[]> {}

function readable(
	client: ObjectReader,
	{ path, size, version }: ObjectInfo,
): ReadableFile {
	return {
		async read(position, length, into) {
			const wanted = Math.max(0, Math.min(length, size - position));
			if (wanted === 0) return Buffer.alloc(0);
			const bytes = await client.read(path, position, wanted, {
				version,
				into,
			});
			if (bytes.length !== wanted)
				throw new EnvironmentError(
					"cannot-read",
					`cannot read ${path}: of ${wanted} bytes from ${position} on ${bytes.length} came.`,
				);
			return bytes;
		},
		async close() {},
	};
}

/** A storage of objects, which has no renames, no links, and no directories but in names. */
export function objectStorage(
	client: ObjectClient,
	topOf: (path: string) => string,
): Storage {
	const reading = objectsToRead(client, topOf);
	const storage: Storage = {
		...reading,

		create: async (path, { once = false } = {}) =>
			new Upload(client, path, { ifAbsent: once, onPresent: requireSame }),

		contentTag: strongTag,

		createExclusive: (path, content) =>
			client.put(path, Buffer.from(content), { ifAbsent: true }),

		copy: (from, to) => client.copy(from, to),

		async remove(path) {
			const directory = path.replace(/\/+$/, "");
			if (directory.length > topOf(path).length - 1)
				await client.remove(directory);
			for await (const page of client.list?.(`${directory}/`) ?? nothing())
				await inParallel(page, LANES, (object) => client.remove(object.path));
		},

		async removeEmpty() {},

		async makeDirectory() {},
	};

	/** What was there is what would have been written, or the file is in the way. */
	async function requireSame(path: string, written: WrittenFile) {
		const there = await sha256OfFile(storage, path);
		if (there.sha256 !== written.sha256)
			throw new UsageError(
				"other-content",
				`${path} is there already, with other bytes than are to be written: something else wrote it, or it is damaged. Remove it, and run the same again.`,
			);
	}
	return storage;
}
