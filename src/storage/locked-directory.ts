import { takeLock } from "./lock.js";
import { type Move, removeForGood, type Storage, transfer } from "./storage.js";

/** Where what is not done is kept, in a directory that is written to. */
export const STATE = ".seqpack";

/** A directory that one call writes from its beginning to its end. */
export interface OwnDirectory {
	/**
	 * Refuses one that cannot be written to.
	 * @param overwrite Whether something finished may be there, if it is of our kind.
	 */
	requireFree(overwrite: boolean): Promise<void>;
	/** Removes what a call that was stopped has left. */
	tidy(): Promise<void>;
}

/** What becomes of something finished that is in a directory already. */
export interface Before<T> {
	overwrite: boolean;
	/**
	 * What is there, where it is what this call would make: it is given back then, and nothing is done, unless it
	 * is to be overwritten. Left out: it never is.
	 */
	finished?: (() => Promise<T | null>) | undefined;
}

/**
 * Holds the lock of a directory that one call writes from its beginning to its end.
 * @param what What the lock is of, for who finds it held.
 * @throws UsageError `in-use`, and what `requireFree` throws
 */
export async function withLockedDirectory<T>(
	storage: Storage,
	out: string,
	what: string,
	directory: OwnDirectory,
	{ overwrite, finished = async () => null }: Before<T>,
	action: () => Promise<T>,
): Promise<T> {
	// What a call that was killed has left is removed, also where it was done but for that.
	const isLeft = (await storage.list(out)).includes(STATE);
	const found = isLeft || overwrite ? null : await finished();
	if (found !== null) return found;
	// Before anything is written to a directory that may be somebody else's.
	await directory.requireFree(overwrite || isLeft);
	const isNew = (await storage.stat(out)) === null;
	const lock = await takeLock(storage, `${out}/${STATE}/lock`, what);
	try {
		await directory.requireFree(true);
		await directory.tidy();
		const found = overwrite ? null : await finished();
		if (found !== null) return found;
		await directory.requireFree(overwrite);
		return await action();
	} finally {
		// An error here would hide the one that ended the work; one of a moment is gone at the second try.
		const isTidy = await directory
			.tidy()
			.catch(() => directory.tidy())
			.then(
				() => true,
				() => false,
			);
		await lock.release();
		// By what is left of it the next call knows that it is to tidy.
		if (isTidy) await storage.removeEmpty(`${out}/${STATE}`);
		if (isNew) await storage.removeEmpty(out);
	}
}

/** Removes files below a directory for good, and the directories between them that are empty then. */
export async function removeBelow(
	storage: Storage,
	directory: string,
	paths: readonly string[],
): Promise<void> {
	await removeForGood(
		storage,
		paths.map((path) => `${directory}/${path}`),
	);
	await removeEmptyAbove(storage, directory, paths);
}

/** Removes the directories between a directory and paths below it that are empty. */
export async function removeEmptyAbove(
	storage: Storage,
	directory: string,
	paths: readonly string[],
): Promise<void> {
	const between = new Set(
		paths.flatMap((path) => {
			const parts = path.split("/").slice(0, -1);
			return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
		}),
	);
	for (const path of [...between].sort((a, b) => b.length - a.length))
		await storage.removeEmpty(`${directory}/${path}`);
}

/**
 * Renames files of a directory, or copies them where a storage has no renames.
 * @param files Those that are not there are left out.
 */
export async function moveThere(
	storage: Storage,
	files: readonly Move[],
): Promise<void> {
	if (files.length === 0) return;
	if (storage.moveAll !== undefined) return storage.moveAll(files);
	for (const { from, to } of files)
		if ((await storage.stat(from)) !== null) await transfer(storage, from, to);
}
