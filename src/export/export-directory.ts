import { optionName, UsageError } from "../core/errors.js";
import { inParallel } from "../core/in-parallel.js";
import { parseJson } from "../core/json.js";
import { all, listOf, object, type Shape, shapeFault } from "../core/shape.js";
import type {
	ExportFile,
	ExportFiles,
} from "../dataset/exports/export-format.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { fileShape } from "../dataset/manifest-shape.js";
import { EXPORT_FILE } from "../sources/find/own-files.js";
import { confined, isPlainPath } from "../storage/confined.js";
import { requireWhole, sizesOf } from "../storage/file-sizes.js";
import { LANES } from "../storage/lanes.js";
import {
	moveThere,
	type OwnDirectory,
	removeBelow,
	removeEmptyAbove,
	STATE,
	withLockedDirectory,
} from "../storage/locked-directory.js";
import { parseSignedJson, signedJson } from "../storage/signed-json.js";
import {
	type PendingFile,
	readIfThere,
	type Storage,
	writeAll,
} from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";

/** Where files are until all are written. */
const WORK = `${STATE}/export`;
/** Where files of the export before are, while others come to their places. */
const BEFORE = `${STATE}/before`;
/** Lists the files that are being put in their places, and those that were there before. */
const PLACING = `${STATE}/placing.json`;

/** What a call that puts files in their places has noted. */
interface Placing {
	files: string[];
	/** Those of the export before that were there. */
	before: string[];
}

/**
 * The output directory of an export. All files are written aside. Once all are there those of an export before are
 * put away, these in their places, and what says so as the last; then the others are removed. Where it is killed
 * in between, the next call first puts back what was there, whatever it is to write itself.
 */
export class ExportDirectory implements ExportFiles, OwnDirectory {
	readonly out: string;
	readonly #storage: Storage;
	readonly #written: DatasetFile[] = [];
	readonly #open = new Set<PendingFile>();

	constructor(out: string) {
		this.out = out;
		this.#storage = confined(storageAt(out), out);
	}

	async create(path: string): Promise<ExportFile> {
		const file = await this.#storage.create(this.#in(`${WORK}/${path}`));
		this.#open.add(file);
		return {
			write: (bytes) => file.write(bytes),
			close: async () => {
				this.#open.delete(file);
				this.#written.push({ path, ...(await file.commit()) });
			},
		};
	}

	async write(path: string, content: string | Uint8Array): Promise<void> {
		const file = await this.create(path);
		await file.write(
			typeof content === "string" ? Buffer.from(content) : content,
		);
		await file.close();
	}

	/** Where what is needed only on the way may be kept; gone once the export is done. */
	scratch(path: string): string {
		return this.#in(`${WORK}/scratch/${path}`);
	}

	/**
	 * Puts all files in their places, in the order in which they were written, and `said` last.
	 * @returns The files.
	 */
	async publish(
		said: (files: readonly DatasetFile[]) => object,
	): Promise<DatasetFile[]> {
		const files = [...this.#written];
		const paths = files.map(({ path }) => path);
		const before = await this.#there();
		const list = (paths: readonly string[]) => paths.map((path) => ({ path }));
		await writeAll(
			this.#storage,
			this.#in(PLACING),
			JSON.stringify({ files: list(paths), before: list(before) }),
			{ partialsIn: this.#in(WORK) },
		);
		if ((await this.#storage.stat(this.#in(EXPORT_FILE))) !== null) {
			// First, and back as the last: where it is not there, nothing counts as an export.
			await this.#moveAll([EXPORT_FILE], "", BEFORE);
			await this.#moveAll(before, "", BEFORE);
			await removeEmptyAbove(this.#storage, this.out, before);
		}
		await this.#moveAll(paths, WORK, "");
		const content = signedJson(said(files));
		await writeAll(this.#storage, this.#in(EXPORT_FILE), content, {
			partialsIn: this.#in(WORK),
		});
		await this.#storage.remove(this.#in(BEFORE));
		await this.#storage.remove(this.#in(PLACING));
		return files;
	}

	/**
	 * What is there, where a call with the same hash has made it.
	 * @param shape What is asked for of it, besides its files.
	 * @throws UsageError `output-in-use` where a file of it is not there
	 */
	async finished<T extends { hash?: unknown; files: DatasetFile[] }>(
		hash: string,
		shape: Shape,
	): Promise<T | null> {
		const path = this.#in(EXPORT_FILE);
		const content = await readIfThere(this.#storage, path);
		const said =
			content === null ? null : signedOrNull<T>(content, all(listed, shape));
		if (said?.hash !== hash) return null;
		await requireWhole(this.#storage, this.out, "this very export", said.files);
		return said;
	}

	/** Removes what is not finished: of this call, or of one that was killed. */
	async tidy(): Promise<void> {
		for (const file of this.#open) await file.abort();
		this.#open.clear();
		await this.#storage.remove(this.#in(WORK));
		const placing = await this.#placing();
		if (placing === null) return;
		const { files, before } = placing;
		const now = await this.#filesOf(EXPORT_FILE);
		const kept = new Set(now ?? before);
		await this.#removeAll(
			[...new Set([...files, ...before])].filter((path) => !kept.has(path)),
		);
		if (now === null) {
			await this.#moveAll(before, BEFORE, "");
			await this.#moveAll([EXPORT_FILE], BEFORE, "");
		}
		await this.#storage.remove(this.#in(BEFORE));
		await this.#storage.remove(this.#in(PLACING));
	}

	/**
	 * @throws UsageError `output-in-use` where something else than an export is in the way, or
	 * one that is not to be replaced
	 */
	async requireFree(overwrite: boolean): Promise<void> {
		const { out } = this;
		const refuse = (why: string) => new UsageError("output-in-use", why);
		const found = await this.#storage.stat(out);
		if (found !== null && found.kind !== "directory")
			throw refuse(
				`${out} is a file, not a directory: choose another directory (${optionName("out")}).`,
			);
		const isExport = (await this.#filesOf(EXPORT_FILE)) !== null;
		if (isExport && !overwrite)
			throw refuse(
				`${out} holds an export already: choose another directory (${optionName("out")}), or replace it with ${optionName("overwrite", true)}.`,
			);
		const isBegun = (await this.#filesOf(PLACING)) !== null;
		const others = (await this.#storage.list(out)).filter(
			(name) => name !== STATE,
		);
		if (others.length > 0 && !isExport && !isBegun)
			throw refuse(
				`${out} already holds something else (${others.slice(0, 3).join(", ")}): choose another directory (${optionName("out")}), or empty it.`,
			);
	}

	/** The files of the export that is there, as far as they are there. */
	async #there(): Promise<string[]> {
		const files = (await this.#filesOf(EXPORT_FILE)) ?? [];
		const sizes = sizesOf(this.#storage, files.length);
		const found = await inParallel(files, LANES, (path) =>
			sizes(this.#in(path)),
		);
		return files.filter((_, i) => found[i] !== null);
	}

	/** The paths that the file of an export has; null where there is none. */
	async #filesOf(path: string): Promise<string[] | null> {
		return pathsOf((await this.#list(path))?.files);
	}

	async #placing(): Promise<Placing | null> {
		const list = await this.#list(PLACING);
		const files = pathsOf(list?.files);
		return files && { files, before: pathsOf(list?.before) ?? [] };
	}

	async #list(path: string): Promise<Record<string, unknown> | null> {
		const content = await readIfThere(this.#storage, this.#in(path));
		try {
			return content && parseJson(content.toString("utf8"));
		} catch {
			return null;
		}
	}

	/** Moves files from one directory below the output to another. */
	#moveAll(paths: readonly string[], from: string, to: string): Promise<void> {
		const within = (directory: string, path: string) =>
			this.#in(directory === "" ? path : `${directory}/${path}`);
		return moveThere(
			this.#storage,
			paths.map((path) => ({ from: within(from, path), to: within(to, path) })),
		);
	}

	#removeAll(paths: readonly string[]): Promise<void> {
		return removeBelow(this.#storage, this.out, paths);
	}

	#in(path: string): string {
		return `${this.out}/${path}`;
	}
}

const listed = object({ files: listOf(fileShape) });

/** What was written, if it is as it was written. */
function signedOrNull<T>(content: Buffer, shape: Shape): T | null {
	try {
		const { value, fault } = parseSignedJson(content, "files");
		return (fault ?? shapeFault(shape, value)) === null ? (value as T) : null;
	} catch {
		return null;
	}
}

/** The paths of listed files that can be below a directory; null where there is no list. */
function pathsOf(files: unknown): string[] | null {
	return Array.isArray(files)
		? files.map((file) => file?.path).filter(isPlainPath)
		: null;
}

/**
 * Holds the lock of an output directory while `action` exports there.
 * @param finished What is there, where it is what this call would make.
 * @throws UsageError `output-in-use`, `in-use`
 */
export async function withExportDirectory<T>(
	out: string,
	overwrite: boolean,
	finished: (directory: ExportDirectory) => Promise<T | null>,
	action: (directory: ExportDirectory) => Promise<T>,
): Promise<T> {
	const directory = new ExportDirectory(out);
	return withLockedDirectory(
		confined(storageAt(out), out),
		out,
		`export to ${out}`,
		directory,
		{ overwrite, finished: () => finished(directory) },
		() => action(directory),
	);
}
