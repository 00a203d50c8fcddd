import { DataError, UsageError } from "../core/errors.js";
import { NO_SUCH_FILE } from "./system-errors.js";

/**
 * Where bytes live, as an object of functions that need no `this`: the little that seqpack asks of a file system or an object
 * storage. Paths are whatever the storage names its files by, with "/" between
 * parts. What has resolved is kept if the power fails right after, unless
 * `CreateOptions` say otherwise; only `createExclusive` promises no more than that a
 * file is whole where there is one, and what is removed may be there again.
 */
export interface Storage {
	/** How many bytes are best read at once from a file that is read through. */
	readonly readSize: number;
	/** How many such reads are best under way at a time; left out: one. */
	readonly readsAhead?: number | undefined;
	/** Whether what is open is read as it was when it was opened, or not at all; left out: it may change. */
	readonly pinsReads?: boolean;
	/** What is at a path, links followed, or null when nothing is. */
	stat(path: string): Promise<Stat | null>;
	/** Names in a directory, sorted; none when there is no such directory. */
	list(path: string): Promise<string[]>;
	/**
	 * The file at a path, the files below a directory, or those that match a glob,
	 * sorted by path (UTF-16 code units). Names that begin with a dot are left out
	 * unless they are asked for. Links are followed, none into what is searched
	 * already, so a file can be found under several names: see `identity`.
	 * @throws UsageError `no-such-input` when nothing is there or nothing matches,
	 * `bad-file-name` when a name is not UTF-8; whatever cannot be searched
	 */
	find(pathOrPattern: string, options?: FindOptions): Promise<FoundFile[]>;
	/**
	 * Opens a file to read ranges of it.
	 * @param known What it was when it was looked for, where that is not long ago; it spares a storage from asking.
	 * @throws UsageError `no-such-file` when it is not there
	 */
	open(path: string, known?: KnownFile): Promise<ReadableFile>;
	/** The whole of a small file in one step, or null when there is none. Left out: it is opened and read. */
	readWhole?(path: string): Promise<Buffer | null>;
	/**
	 * Opens a file for many small reads, which do not wait for one another.
	 * @throws NotYetRead where it is not on this machine: see `whenRead`
	 */
	openForRandomAccess(path: string): RandomAccessFile;
	/**
	 * Begins a file that appears at `path` whole when it is committed, or not at all.
	 * Of several attempts at one path the last to commit wins. Makes the directories
	 * above.
	 */
	create(path: string, options?: CreateOptions): Promise<PendingFile>;
	/**
	 * Writes a small file, whole in one step, unless something is at `path`; tells
	 * whether it did. Makes the directories above.
	 */
	createExclusive(path: string, content: string): Promise<boolean>;
	/** Renames a file; what was at the new path is replaced. A storage without renames lacks it. */
	move?(from: string, to: string): Promise<void>;
	/**
	 * Renames files as `move` does, with one look at each directory. One that is not there any more
	 * is taken to have been renamed before, by a call that was stopped. Goes with `move`.
	 */
	moveAll?(files: readonly Move[]): Promise<void>;
	/**
	 * Copies a file within the storage, none of its bytes coming here; false where it cannot do that
	 * with this one. Left out: it never can.
	 */
	copy?(from: string, to: string): Promise<boolean>;
	/**
	 * Removes a file, or a directory and all in it; nothing there is fine. Links are
	 * removed, never followed.
	 */
	remove(path: string): Promise<void>;
	/**
	 * Sees to it that what was removed from a directory does not come back when the power fails.
	 * Left out: it never does.
	 */
	syncDirectory?(path: string): Promise<void>;
	/** Removes a directory if it is empty; leaves anything else as it is. */
	removeEmpty(path: string): Promise<void>;
	/** Makes a directory and those above it. */
	makeDirectory(path: string): Promise<void>;
	/** What the link at a path leads to, or null when there is no link. A storage without links lacks it. */
	linkAt?(path: string): Promise<string | null>;
	/**
	 * What a version (`Stat.version`) says of the content alone: two files of one size that have the
	 * same are alike. Null where it says nothing of that. Left out: no version does.
	 */
	contentTag?(version: string): string | null;
	/** The path in full, for another process to use. */
	absolute(path: string): string;
	/** Of a storage that is only read: throws a UsageError `read-only`, as all does that writes. */
	requireWritable?(path: string): void;
	/**
	 * The path without what is no part of a file's name: a query, a revision. Formats and the names of
	 * sources go by it. Left out: it is the path in full.
	 */
	nameOf?(path: string): string;
}

/** A file that is renamed. */
export interface Move {
	from: string;
	to: string;
}

export interface CreateOptions {
	/** Directory of the unfinished file, where the storage has such files; default that of the file. */
	partialsIn?: string | undefined;
	/**
	 * Whether all that is ever written to the path is the same. A storage that cannot tell writers
	 * apart then leaves what is there, and refuses other content (`other-content`).
	 */
	once?: boolean | undefined;
	/** Whether nobody asks for its hash: `WrittenFile.sha256` may then be empty, which spares time. */
	unhashed?: boolean | undefined;
	/**
	 * Whether it is made again where it is lost: if the power fails right after it appeared it may be gone,
	 * but is never there in part.
	 */
	mayBeLost?: boolean | undefined;
	/** Whether nobody minds what is there of it after the power failed. It is not hashed. */
	scratch?: boolean | undefined;
}

export interface Stat {
	/** `other` is what has no size: a pipe, a device, a socket. */
	kind: "file" | "directory" | "other";
	/** Bytes of a file; 0 for anything else. */
	size: number;
	/** Another one whenever a file was replaced or written to; empty for anything else. */
	version: string;
}

/** What is known of a file that is opened. */
export type KnownFile = Pick<Stat, "size" | "version">;

/** What `find` does with what it does not give. */
export interface FindOptions {
	/**
	 * Whether to leave out what is in the directory that is searched, and all in it.
	 * @param below Its path below that directory.
	 */
	leaveOut?(below: string, kind: "file" | "directory"): boolean;
	/**
	 * Told of what is passed over, and why; it may throw. Left out: what is hidden is
	 * passed over all the same, and errors are thrown.
	 */
	onPassedOver?(passed: PassedOver): void;
}

/** Something that `find` did not give. */
export interface PassedOver {
	/** That of a directory ends in "/". */
	path: string;
	why: "hidden" | "unreadable" | "bad-name";
	/** What would be thrown; null for what is hidden. */
	error: unknown;
}

export interface FoundFile {
	/** Begins as what was asked for begins; a revision may be said more exactly. */
	path: string;
	/** Its path below the directory that was searched; null where it was named, or matched a glob. */
	below: string | null;
	/** `other` is a pipe, a device, a socket, or a link that leads nowhere. */
	kind: "file" | "other";
	/** Bytes of a file; 0 for anything else. */
	size: number;
	/** As `Stat` has it. */
	version: string;
	/** Equal for all names of one file: its path in full, without links. */
	identity: string;
}

export interface ReadableFile {
	/** All of it, where it is in memory; what a table format reads of it is valid until the next batch. */
	readonly whole?: Buffer;
	/**
	 * Up to `length` bytes from `position`; fewer only at the end of the file.
	 * @param into Memory of so many bytes or more that they may be put in.
	 */
	read(position: number, length: number, into?: ArrayBuffer): Promise<Buffer>;
	close(): Promise<void>;
}

export interface RandomAccessFile {
	readonly size: number;
	/**
	 * Fills `length` bytes of `target` from its byte `offset` on, with what the file
	 * has from `position` on; returns how many bytes there were.
	 * @param isAlone Whether nothing near is likely to be read soon; else a file that is not
	 * on this machine is read in larger blocks, some of which are kept.
	 * @throws NotYetRead where they are not on this machine; nothing is filled then
	 */
	readInto(
		target: Uint8Array,
		position: number,
		offset: number,
		length: number,
		isAlone?: boolean,
	): number;
	/** Tells what is likely to be read soon. A file on this machine lacks it. */
	expect?(position: number, length: number): void;
	/** A file that takes nothing of the system to be open lacks it. */
	close?(): void;
}

export interface PendingFile extends ByteSink {
	/** Puts the file in its place and tells what was written. Leaves nothing behind where it fails. */
	commit(): Promise<WrittenFile>;
	/** Leaves nothing behind. */
	abort(): Promise<void>;
}

/** Takes bytes in order. The bytes may be reused once `write` has resolved. */
export interface ByteSink {
	write(bytes: Uint8Array): Promise<void>;
}

export interface WrittenFile {
	bytes: number;
	/** SHA-256 of the content, in hexadecimal; may be empty where it is not wanted: see `CreateOptions`. */
	sha256: string;
}

/** Ends the name of an unfinished file. */
const PARTIAL = ".partial";

/** The name of an unfinished file, from the name it is to have and a random word. */
export function partialName(name: string, word: string): string {
	return `${name}.${word}${PARTIAL}`;
}

/** Whether a name is that of an unfinished file, as one that was killed leaves. */
export function isPartialName(name: string): boolean {
	return name.endsWith(PARTIAL);
}

/** Removes what writers of a file that were killed have left beside it. */
export async function removePartials(
	storage: Storage,
	path: string,
): Promise<void> {
	const [, directory = ".", name = path] = /^(.*)\/([^/]*)$/.exec(path) ?? [];
	for (const other of await storage.list(directory))
		if (other.startsWith(`${name}.`) && isPartialName(other))
			await storage.remove(`${directory}/${other}`);
}

/** Bytes of a file that is read whole, at most: what can be a text of JavaScript. */
const LONGEST_WHOLE = 2 ** 29 - 24;

/**
 * The whole of a file, as it was opened, whatever takes its place meanwhile.
 * @throws DataError `too-large-to-read`
 */
export async function readAll(storage: Storage, path: string): Promise<Buffer> {
	const whole = await storage.readWhole?.(path);
	if (whole != null) return whole;
	// Where there is none, opening it says so.
	const file = await storage.open(path);
	try {
		const pieces: Buffer[] = [];
		// One byte more than there should be tells the end in one read.
		const size = (await storage.stat(path))?.size ?? 0;
		if (size > LONGEST_WHOLE)
			throw new DataError(
				"too-large-to-read",
				`${path} has ${size} bytes, and is read as a whole, which may have ${LONGEST_WHOLE}: is it the file that it should be?`,
			);
		let length = size + 1;
		for (let position = 0; ; length = storage.readSize) {
			const piece = await file.read(position, length);
			pieces.push(piece);
			position += piece.length;
			if (piece.length < length) break;
		}
		return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
	} finally {
		await file.close();
	}
}

/** The whole of a file, or null when there is none. */
export async function readIfThere(
	storage: Storage,
	path: string,
): Promise<Buffer | null> {
	if (storage.readWhole !== undefined) return storage.readWhole(path);
	try {
		return await readAll(storage, path);
	} catch (error) {
		if (error instanceof UsageError && error.code === NO_SUCH_FILE) return null;
		throw error;
	}
}

/** Writes a whole file at once, atomically. */
export async function writeAll(
	storage: Storage,
	path: string,
	content: Uint8Array | string,
	options: CreateOptions = {},
): Promise<WrittenFile> {
	const file = await storage.create(path, options);
	try {
		await file.write(
			typeof content === "string" ? Buffer.from(content) : content,
		);
	} catch (error) {
		await file.abort();
		throw error;
	}
	return file.commit();
}

/** Removes files, for good: before what tells of them is removed. */
export async function removeForGood(
	storage: Storage,
	paths: readonly string[],
): Promise<void> {
	for (const path of paths) await storage.remove(path);
	const directories = new Set(
		paths.map((path) => {
			const end = path.lastIndexOf("/");
			return end === -1 ? "." : path.slice(0, end) || "/";
		}),
	);
	for (const directory of directories) await storage.syncDirectory?.(directory);
}

/** Puts a file at another path: by a rename, or by a copy where a storage has none, which the storage makes if it can. */
export async function transfer(
	storage: Storage,
	from: string,
	to: string,
): Promise<void> {
	if (storage.move !== undefined) return storage.move(from, to);
	if (await storage.copy?.(from, to)) return storage.remove(from);
	const source = await storage.open(from);
	try {
		const copy = await storage.create(to);
		try {
			for (let position = 0; ; position += storage.readSize) {
				const piece = await source.read(position, storage.readSize);
				await copy.write(piece);
				if (piece.length < storage.readSize) break;
			}
		} catch (error) {
			await copy.abort();
			throw error;
		}
		await copy.commit();
	} finally {
		await source.close();
	}
	await storage.remove(from);
}
