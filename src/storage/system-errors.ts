import { EnvironmentError, UsageError } from "../core/errors.js";

/** What the codes of the system mean, and what to do; those a person can mend. */
const MENDABLE: Record<string, string> = {
	ENOENT: "there is no such file or directory",
	EACCES: "permission is denied; change its permissions or choose another path",
	EPERM: "it is not permitted; change its permissions or choose another path",
	EROFS: "the file system is read-only; choose another path",
	ENOTDIR: "a part of the path is a file, not a directory",
	EISDIR: "it is a directory, not a file",
	EEXIST: "a file of that name is in the way",
	ENAMETOOLONG: "the path is too long",
};

/** What the codes of the system mean where trying again may work. */
const PASSING: Record<string, string> = {
	ENOSPC: "the disk is full; make room and run the same command again",
	EDQUOT: "the disk quota is used up; make room and run the same command again",
	EMFILE: "too many files are open; raise the limit (ulimit -n)",
	EIO: "the disk reported an error",
};

/**
 * Turns an error of the system into a sentence. An error without a system code
 * is passed on as it is.
 */
export function explainSystemError(
	error: unknown,
	verb: "read" | "write" | "remove",
	path: string,
): unknown {
	const code = (error as NodeJS.ErrnoException)?.code;
	if (!(error instanceof Error) || typeof code !== "string") return error;
	const mendable = MENDABLE[code];
	if (mendable !== undefined)
		return new UsageError(
			`cannot-${verb}`,
			`cannot ${verb} ${path}: ${mendable}.`,
		);
	if (!("syscall" in error)) return error;
	return new EnvironmentError(
		`cannot-${verb}`,
		`cannot ${verb} ${path}: ${PASSING[code] ?? error.message}.`,
	);
}
