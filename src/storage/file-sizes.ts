import { optionName, UsageError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { isPlainPath } from "./confined.js";
import { LANES } from "./lanes.js";
import type { FoundFile, Storage } from "./storage.js";

/** Tells the bytes of files by their paths; null where there is no file. */
export type FileSizes = (path: string) => Promise<number | null>;

/** From so many files on, directories are listed and files are not asked for one by one. */
const MANY = 512;

/** What is cheapest where about `files` files are asked for. */
export function sizesOf(storage: Storage, files: number): FileSizes {
	return files < MANY ? askedSizes(storage) : listedSizes(storage);
}

/** Asks for each file when it is asked. */
function askedSizes(storage: Storage): FileSizes {
	return async (path) => {
		const found = await storage.stat(path);
		return found?.kind === "file" ? found.size : null;
	};
}

/** Lists each directory once, and tells of its files as they were then. */
function listedSizes(storage: Storage): FileSizes {
	const directories = new Map<string, Promise<Map<string, number>>>();
	return async (path) => {
		const end = path.lastIndexOf("/");
		const directory = path.slice(0, end);
		let sizes = directories.get(directory);
		if (sizes === undefined) {
			sizes = list(storage, directory);
			directories.set(directory, sizes);
		}
		return (await sizes).get(path.slice(end + 1)) ?? null;
	};
}

async function list(
	storage: Storage,
	directory: string,
): Promise<Map<string, number>> {
	let files: FoundFile[] = [];
	try {
		files = await storage.find(directory, {
			leaveOut: (_, kind) => kind === "directory",
			onPassedOver({ why, error }) {
				if (why === "unreadable") throw error;
			},
		});
	} catch (error) {
		if (!(error instanceof UsageError && error.code === "no-such-input"))
			throw error;
	}
	return new Map(
		files
			.filter(({ kind }) => kind === "file")
			.map(({ below, size }) => [String(below), size]),
	);
}

/** A file of a directory that is not there, or has another size than is listed; null where all are as listed. */
export async function lostFile(
	storage: Storage,
	directory: string,
	files: readonly { path: string; bytes: number }[],
): Promise<string | null> {
	const sizes = sizesOf(storage, files.length);
	const lost = await inParallel(
		files,
		LANES,
		async ({ path, bytes }) =>
			!isPlainPath(path) || (await sizes(`${directory}/${path}`)) !== bytes,
	);
	return files.find((_, i) => lost[i])?.path ?? null;
}

/**
 * @param what What the files are together, as "this export".
 * @throws UsageError `output-in-use` where one of them is not as listed
 */
export async function requireWhole(
	storage: Storage,
	directory: string,
	what: string,
	files: readonly { path: string; bytes: number }[],
): Promise<void> {
	const lost = await lostFile(storage, directory, files);
	if (lost !== null)
		throw new UsageError(
			"output-in-use",
			`${directory} holds ${what}, but its file ${lost} is missing or damaged: make it again with ${optionName("overwrite", true)}.`,
		);
}
