import { posix } from "node:path";
import { DataError, InterruptedError } from "../../core/errors.js";
import { progressOf } from "../../core/progress.js";
import { type Shape, shapeFault } from "../../core/shape.js";
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
import { RECORDS_MANIFEST } from "../../records/records-manifest.js";
import { EXPORT_FILE } from "../../sources/find/own-files.js";
import { parseSignedJson } from "../../storage/signed-json.js";
import { readAll } from "../../storage/storage.js";
import { storageAt } from "../../storage/storages.js";

/**
 * Reads a list of files that has a hash of itself.
 * @param name Of its file.
 * @param key Its last field, which lists the files.
 * @param shape What is asked for of it.
 * @throws DataError `bad-manifest`
 */
export async function readFileList<T>(
	directory: string,
	name: string,
	key: string & keyof T,
	shape: Shape,
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
	const { value } = read;
	const fault = read.fault ?? shapeFault(shape, value);
	if (fault !== null) throw refuse(fault);
	return value as T;
}

/** What says of the files what they are. */
const NOTES = [EXPORT_FILE, RECORDS_MANIFEST];

/** Checks files one after the other, and counts what they hold. */
export class FileListCheck {
	readonly problems: Problems;
	readonly #files: ListedFiles;
	readonly #paths = new Set<string>();
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
		for (const { path } of all) {
			if (this.#paths.has(path)) this.problems.add(`${path} is listed twice`);
			this.#paths.add(path);
		}
	}

	check(file: DatasetFile, action?: FileAction): Promise<boolean> {
		return this.#files.check(file, action);
	}

	count(counts: Partial<Pick<VerifyResult, "rows" | "sequences" | "tokens">>) {
		for (const [what, count] of Object.entries(counts))
			this.#result[what as "rows"] += count;
	}

	/** Looks for files that trainers would read with those beside them: of the same endings. */
	async lookForStrangers(): Promise<void> {
		const { directory } = this.#files;
		const endings = new Map<string, Set<string>>();
		for (const path of this.#paths) {
			const place = posix.dirname(path);
			const own = endings.get(place) ?? new Set();
			endings.set(place, own.add(posix.extname(path)));
		}
		for (const [place, own] of endings)
			for (const name of await storageAt(directory).list(
				posix.join(directory, place),
			)) {
				const path = posix.join(place, name);
				const isLike = own.has(posix.extname(name));
				if (isLike && !this.#paths.has(path) && !NOTES.includes(name))
					this.problems.add(`${path} is not listed; trainers may read it`);
			}
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
