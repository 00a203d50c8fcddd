import { DataError } from "../core/errors.js";

const START = "version https://git-lfs.github.com/spec/v1";
/** The specification's limit. */
const LARGEST = 1024;

/** Whether a file that begins so, and is so large, stands for one that Git LFS keeps elsewhere. */
export function isLfsPointer(head: Buffer, size: number): boolean {
	return size < LARGEST && head.toString("latin1", 0, START.length) === START;
}

export function lfsPointerError(path: string): DataError {
	return new DataError(
		"git-lfs-pointer",
		`${path} is not the file itself, but a pointer that Git LFS has put in its place: run git lfs pull where it was cloned, and begin again.`,
	);
}
