import { optionName, UsageError } from "../core/errors.js";
import type {
	ExportFile,
	ExportFiles,
} from "../dataset/exports/export-format.js";
import type { DatasetFile } from "../dataset/manifest.js";
import { EXPORT_FILE } from "../sources/find/own-files.js";
import { confined, isPlainPath } from "../storage/confined.js";
import {
	type OwnDirectory,
	removeBelow,
	STATE,
	withLockedDirectory,
} from "../storage/locked-directory.js";
import { signedJson } from "../storage/signed-json.js";
import {
	type PendingFile,
	readIfThere,
	type Storage,
	transfer,
	writeAll,
} from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";

/** Where files are until all are written. */
const WORK = `${STATE}/export`;
/** Lists the files that are being put in their places. */
const PLACING = `${STATE}/placing.json`;

/**
 * The output directory of an export. All files are written aside, and put in their places once
 * all are there; what was killed before that, or in its middle, is removed by the next call.
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
		const before = await this.#filesOf(EXPORT_FILE);
		const paths = files.map(({ path }) => path);
		const all = [...new Set([...(before ?? []), ...paths])];
		await writeAll(
			this.#storage,
			this.#in(PLACING),
			JSON.stringify({ files: all.map((path) => ({ path })) }),
			{ partialsIn: this.#in(WORK) },
		);
		await this.#storage.remove(this.#in(EXPORT_FILE));
		const kept = new Set(paths);
		await this.#removeAll((before ?? []).filter((path) => !kept.has(path)));
		for (const path of paths)
			await transfer(
				this.#storage,
				this.#in(`${WORK}/${path}`),
				this.#in(path),
			);
		const content = signedJson(said(files));
		await writeAll(this.#storage, this.#in(EXPORT_FILE), content, {
			partialsIn: this.#in(WORK),
		});
		await this.#storage.remove(this.#in(PLACING));
		return files;
	}

	/** Removes what is not finished: of this call, or of one that was killed. */
	async tidy(): Promise<void> {
		for (const file of this.#open) await file.abort();
		this.#open.clear();
		await this.#storage.remove(this.#in(WORK));
		const placing = await this.#filesOf(PLACING);
		if (placing === null) return;
		const kept = new Set((await this.#filesOf(EXPORT_FILE)) ?? []);
		await this.#removeAll(placing.filter((path) => !kept.has(path)));
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

	/** The paths that one of our lists has; null where there is no such list. */
	async #filesOf(list: string): Promise<string[] | null> {
		const content = await readIfThere(this.#storage, this.#in(list));
		if (content === null) return null;
		try {
			const { files } = JSON.parse(content.toString("utf8"));
			return files.map(({ path }: DatasetFile) => path).filter(isPlainPath);
		} catch {
			return null;
		}
	}

	#removeAll(paths: readonly string[]): Promise<void> {
		return removeBelow(this.#storage, this.out, paths);
	}

	#in(path: string): string {
		return `${this.out}/${path}`;
	}
}

/**
 * Holds the lock of an output directory while `action` exports there.
 * @throws UsageError `output-in-use`, `in-use`
 */
export async function withExportDirectory<T>(
	out: string,
	overwrite: boolean,
	action: (directory: ExportDirectory) => Promise<T>,
): Promise<T> {
	const directory = new ExportDirectory(out);
	return withLockedDirectory(
		confined(storageAt(out), out),
		out,
		`export to ${out}`,
		directory,
		overwrite,
		() => action(directory),
	);
}
