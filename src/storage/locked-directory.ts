import { takeLock } from "./lock.js";
import type { Storage } from "./storage.js";

/** Where what is not done is kept, in a directory that is written to. */
export const STATE = ".seqpack";

/**
 * Holds the lock of a directory that one call writes from its beginning to its end.
 * @param what What the lock is of, for who finds it held.
 * @param directory `requireFree` refuses one that cannot be written to; `tidy` removes what a
 * call that was stopped has left.
 * @throws UsageError `in-use`, and what `requireFree` throws
 */
export async function withLockedDirectory<T>(
	storage: Storage,
	out: string,
	what: string,
	directory: { requireFree(): Promise<void>; tidy(): Promise<void> },
	action: () => Promise<T>,
): Promise<T> {
	// Before anything is written to a directory that may be somebody else's.
	await directory.requireFree();
	const isNew = (await storage.stat(out)) === null;
	const lock = await takeLock(storage, `${out}/${STATE}/lock`, what);
	try {
		await directory.requireFree();
		await directory.tidy();
		return await action();
	} finally {
		// An error here would hide the one that ended the work; the next call tidies too.
		await directory.tidy().catch(() => {});
		await lock.release();
		await storage.removeEmpty(`${out}/${STATE}`);
		if (isNew) await storage.removeEmpty(out);
	}
}

/** Removes a file below a directory, and the directories between them that are empty then. */
export async function removeBelow(
	storage: Storage,
	directory: string,
	path: string,
): Promise<void> {
	await storage.remove(`${directory}/${path}`);
	const parts = path.split("/");
	for (let end = parts.length - 1; end > 0; end--)
		await storage.removeEmpty(`${directory}/${parts.slice(0, end).join("/")}`);
}
