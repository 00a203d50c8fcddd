import { DataError, InterruptedError } from "../../core/errors.js";
import { progressOf } from "../../core/progress.js";
import { isObject } from "../../core/values.js";
import type { DatasetFile } from "../../dataset/manifest.js";
import {
	type FileAction,
	ListedFiles,
} from "../../dataset/verify/listed-files.js";
import { Problems } from "../../dataset/verify/problems.js";
import type {
	VerifyOptions,
	VerifyResult,
} from "../../dataset/verify/result.js";
import { isPlainPath } from "../../storage/confined.js";
import { parseSignedJson } from "../../storage/signed-json.js";
import { readAll } from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";

/**
 * Reads a list of files that has a hash of itself.
 * @param name Of its file.
 * @param key Its last field, which lists the files.
 * @throws DataError `bad-manifest`
 */
export async function readFileList<T>(
	directory: string,
	name: string,
	key: string & keyof T,
): Promise<T> {
	const path = `${directory}/${name}`;
	const refuse = (why: string) =>
		new DataError(
			"bad-manifest",
			`${path} cannot be used: ${why}. Make it again, or fetch it again.`,
		);
	let read: ReturnType<typeof parseSignedJson>;
	try {
		read = parseSignedJson(await readAll(storageAt(path), path), key);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		throw refuse(`it is not JSON (${error.message})`);
	}
	const { value, fault } = read;
	if (fault !== null) throw refuse(fault);
	const files = isObject(value) ? value[key] : undefined;
	const isList =
		Array.isArray(files) &&
		files.every((file) => isObject(file) && isPlainPath(file.path));
	if (!isList) throw refuse(`its "${key}" are no files`);
	return value as T;
}

/** Checks files one after the other, and counts what they hold. */
export class FileListCheck {
	readonly problems: Problems;
	readonly #files: ListedFiles;
	readonly #result: VerifyResult;

	/** @param all The files that will be checked. */
	constructor(
		kind: string,
		directory: string,
		all: readonly DatasetFile[],
		{ mostProblems = 20, onProgress, signal }: VerifyOptions,
	) {
		this.problems = new Problems(mostProblems);
		this.#result = {
			...{ kind, problems: [], problemCount: 0 },
			...{ files: 0, rows: 0, sequences: 0, documents: 0, tokens: 0 },
		};
		const progress = progressOf("verifying", "file", {
			total: all.length,
			totalBytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
		});
		onProgress?.(progress);
		this.#files = new ListedFiles(directory, this.problems, (bytes) => {
			if (signal?.aborted) throw new InterruptedError("verifying was stopped.");
			progress.done = ++this.#result.files;
			progress.bytes += bytes;
			onProgress?.({ ...progress, tokens: this.#result.tokens });
		});
		const paths = new Set<string>();
		for (const { path } of all) {
			if (paths.has(path)) this.problems.add(`${path} is listed twice`);
			paths.add(path);
		}
	}

	check(file: DatasetFile, action?: FileAction): Promise<boolean> {
		return this.#files.check(file, action);
	}

	count(counts: Partial<Pick<VerifyResult, "rows" | "sequences" | "tokens">>) {
		for (const [what, count] of Object.entries(counts))
			this.#result[what as "rows"] += count;
	}

	/** Compares what was counted with what the manifest says. */
	compare(found: number, said: unknown, what: string): void {
		if (found !== said)
			this.problems.add(
				`${what}: there are ${found}; the manifest says ${JSON.stringify(said)}`,
			);
	}

	result(): VerifyResult {
		const { sentences, count } = this.problems;
		return { ...this.#result, problems: sentences, problemCount: count };
	}
}
