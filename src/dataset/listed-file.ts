import { DataError, damageOf, SeqpackError } from "../core/errors.js";
import { changedWhileRead } from "../storage/changed.js";
import type {
	KnownFile,
	RandomAccessFile,
	ReadableFile,
	Storage,
} from "../storage/storage.js";
import { isGone } from "../storage/system-errors.js";

/**
 * Reads a file that a manifest or a plan lists.
 * @throws DataError `dataset-changed` where it is not there, `bad-shard` where it is not what it should be;
 * EnvironmentError `file-changed` where it changed meanwhile
 */
export async function* readListed<T>(
	storage: Storage,
	path: string,
	read: (file: ReadableFile) => AsyncGenerator<T>,
): AsyncGenerator<T> {
	const known = storage.pinsReads ? null : await storage.stat(path);
	let opened: ReadableFile | null = null;
	try {
		opened = await storage.open(path);
		yield* read(opened);
	} catch (error) {
		throw asOfListed(error, path);
	} finally {
		await opened?.close();
		if (known !== null) await requireUnchanged(storage, path, known);
	}
}

async function requireUnchanged(
	storage: Storage,
	path: string,
	known: KnownFile,
): Promise<void> {
	const now = await storage.stat(path);
	if (now?.version !== known.version)
		throw changedWhileRead("file-changed", path, known, now);
}

/**
 * Opens a file that a manifest or a plan lists, for reads at random.
 * @param advice What to do where it is not there, as the end of a sentence.
 * @throws DataError `dataset-changed`
 */
export function openListedAtRandom(
	storage: Storage,
	path: string,
	owner: string,
	advice: string,
): RandomAccessFile {
	try {
		return storage.openForRandomAccess(path);
	} catch (error) {
		if (!isGone(error)) throw error;
		throw new DataError(
			"dataset-changed",
			`${error.message} ${owner} was built anew, moved or removed while it was read: ${advice}.`,
		);
	}
}

function asOfListed(error: unknown, path: string): unknown {
	if (isGone(error))
		return new DataError(
			"dataset-changed",
			`${error.message} What it belongs to was made anew, moved or removed while it was read, or is damaged: seqpack verify tells what is missing.`,
		);
	const { code } = error as NodeJS.ErrnoException;
	// Others are of the machine, or sentences already.
	if (
		error instanceof SeqpackError ||
		!(error instanceof Error) ||
		code !== undefined
	)
		return error;
	return unreadable(path, damageOf(error));
}

export function unreadable(path: string, why: string): DataError {
	return new DataError(
		"bad-shard",
		`${path} cannot be read: ${why.replace(/\.$/, "")}. Check the dataset with seqpack verify.`,
	);
}
