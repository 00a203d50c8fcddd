import { EnvironmentError, UsageError } from "../core/errors.js";

/** The code of the error of reading what is not there. */
export const NO_SUCH_FILE = "no-such-file";

/** The code of the error of reading what others may read. */
const ACCESS_DENIED = "access-denied";

/** The error of reading what is not there. */
export function noSuchFile(path: string): UsageError {
	return new UsageError(
		NO_SUCH_FILE,
		`cannot read ${path}: there is no such file or directory.`,
	);
}

/** Whether an error of reading says that no file is there. */
export function isGone(error: unknown): error is UsageError {
	return error instanceof UsageError && error.code !== ACCESS_DENIED;
}

/** What was being done to a path. */
export type Deed = "read" | "write" | "remove";

/** What is in the way at the path: only another path, or a person, mends it. */
const IN_THE_WAY: Record<string, string> = {
	ENOTDIR: "a part of the path is a file, not a directory",
	EISDIR: "it is a directory, not a file",
	ESPIPE: "it is a pipe, which cannot be read from any place; give a file",
	EEXIST: "a file of that name is in the way",
	ENOTEMPTY: "a directory of that name is in the way",
	ELOOP: "its links go round in a circle",
	ENAMETOOLONG: "the path is too long",
	EXDEV: "it is on another file system",
	ERR_INVALID_ARG_VALUE: "no path can have a zero byte in it",
};

/** What the path was never allowed or able to be, where work on it begins. */
const AT_FIRST: Record<string, string> = {
	ENOENT: "there is no such file or directory",
	EACCES: "permission is denied; change its permissions or choose another path",
	EPERM: "it is not permitted; change its permissions or choose another path",
	EROFS: "the file system is read-only; choose another path",
};

/** Codes of errors of reading that are told from others. */
const READING: Record<string, string> = {
	ENOENT: NO_SUCH_FILE,
	EACCES: ACCESS_DENIED,
	EPERM: ACCESS_DENIED,
};

/** The same where work had begun: the machine, or someone else on it, has changed. */
const UNDER_WAY: Record<string, string> = {
	ENOENT: "it has vanished in the meantime",
	EACCES: "permission is denied from now on",
	EPERM: "it is no longer permitted",
	EROFS: "the file system has become read-only",
};

/** What the codes of the system mean where a person makes room. */
const USED_UP: Record<string, string> = {
	ENOSPC: "the disk is full; make room and run the same command again",
	EDQUOT: "the disk quota is used up; make room and run the same command again",
	EFBIG: "the file is larger than the system allows (ulimit -f)",
};

/** What they mean where trying again may work with nothing done. */
const PASSING: Record<string, string> = {
	EMFILE: "too many files are open; raise the limit (ulimit -n)",
	ENFILE: "too many files are open on this machine",
	EAGAIN: "the system has too little of what it takes just now",
	EIO: "the disk reported an error",
	EBUSY: "the system has it in use",
	ESTALE: "the server of the file system has replaced it",
	ETIMEDOUT: "the server of the file system does not answer",
};

/**
 * Turns an error of the system into a sentence: a UsageError where only a person can
 * fix it, an EnvironmentError where trying again may help. An error without a system code
 * is passed on as it is.
 * @param underWay Whether work on the path had begun: what vanishes or is forbidden
 * from then on is no wrong use.
 */
export function explainSystemError(
	error: unknown,
	deed: Deed,
	path: string,
	underWay = false,
): unknown {
	const code = (error as NodeJS.ErrnoException)?.code;
	if (!(error instanceof Error) || typeof code !== "string") return error;
	const mendable = IN_THE_WAY[code] ?? (underWay ? undefined : AT_FIRST[code]);
	if (mendable !== undefined)
		return new UsageError(
			(deed === "read" && READING[code]) || `cannot-${deed}`,
			`cannot ${deed} ${path}: ${mendable}.`,
		);
	if (!("syscall" in error)) return error;
	const why = UNDER_WAY[code] ?? USED_UP[code] ?? PASSING[code];
	return new EnvironmentError(
		`cannot-${deed}`,
		`cannot ${deed} ${path}: ${why ?? error.message}.`,
		code in PASSING,
	);
}

/** Does something to a path; an error of the system comes out as a sentence. */
export async function attempt<T>(
	deed: Deed,
	path: string,
	action: () => T | Promise<T>,
	underWay = false,
): Promise<T> {
	try {
		return await action();
	} catch (error) {
		throw explainSystemError(error, deed, path, underWay);
	}
}

/** Whether an error of the system has one of some codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
	return codes.includes((error as NodeJS.ErrnoException)?.code ?? "");
}
