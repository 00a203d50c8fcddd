/**
 * Where bytes live: the little that seqpack asks of a file system or an object
 * storage. Paths are whatever the storage names its files by, with "/" between
 * parts.
 */
export interface Storage {
	/** What is at a path, or null when nothing is. */
	stat(path: string): Promise<Stat | null>;
	/** Names in a directory, sorted; none when there is no such directory. */
	list(path: string): Promise<string[]>;
	/** Opens a file to read ranges of it. */
	open(path: string): Promise<ReadableFile>;
	/** Opens a file for many small reads, which do not wait for one another. */
	openForRandomAccess(path: string): RandomAccessFile;
	/** Begins a file that appears at `path` whole, or not at all. */
	create(path: string): Promise<PendingFile>;
	/** Writes a small file unless one is there; tells whether it did. */
	createExclusive(path: string, content: string): Promise<boolean>;
	/** Renames a file; what was at the new path is replaced. */
	move(from: string, to: string): Promise<void>;
	/** Removes a file, or a directory and all in it; nothing there is fine. */
	remove(path: string): Promise<void>;
	/** Makes a directory and those above it. */
	makeDirectory(path: string): Promise<void>;
}

export interface Stat {
	/** `other` is what has no size: a pipe, a device, a socket. */
	kind: "file" | "directory" | "other";
	/** Bytes of a file; 0 for anything else. */
	size: number;
}

export interface ReadableFile {
	/** Up to `length` bytes from `position`; fewer only at the end of the file. */
	read(position: number, length: number): Promise<Buffer>;
	close(): Promise<void>;
}

export interface RandomAccessFile {
	readonly size: number;
	/**
	 * Fills `length` bytes of `target` from its byte `offset` on, with what the file
	 * has from `position` on; returns how many bytes there were.
	 */
	readInto(
		target: Uint8Array,
		position: number,
		offset: number,
		length: number,
	): number;
	close(): void;
}

export interface PendingFile extends ByteSink {
	/** Puts the file in its place and tells what was written. */
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
	/** SHA-256 of the content, in hexadecimal. */
	sha256: string;
}

/** The whole of a file. */
export async function readAll(storage: Storage, path: string): Promise<Buffer> {
	const file = await storage.open(path);
	try {
		const stat = await storage.stat(path);
		return await file.read(0, stat?.size ?? 0);
	} finally {
		await file.close();
	}
}

/** Writes a whole file at once, atomically. */
export async function writeAll(
	storage: Storage,
	path: string,
	content: Uint8Array | string,
): Promise<WrittenFile> {
	const file = await storage.create(path);
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
