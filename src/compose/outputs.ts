import { optionName, UsageError } from "../core/errors.js";
import { object } from "../core/shape.js";
import type { DatasetFile } from "../dataset/manifest.js";
import type { ExportDirectory } from "../export/export-directory.js";
import { withExportDirectory } from "../export/export-directory.js";
import { INJECTED_FILE } from "../sources/find/own-files.js";
import { STATE, withLockedDirectory } from "../storage/locked-directory.js";
import {
	type PendingFile,
	removeForGood,
	writeAll,
} from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { summaryShape } from "./summary-shape.js";

/** A file of composed records, or of what is listed beside them. */
export interface OutputFile {
	write(bytes: Uint8Array): Promise<void>;
	close(): Promise<void>;
}

/** Where composed records go. What is written is seen once all is there. */
export interface ComposeOutput {
	/** Whether the records come into one file, so that units are written one after the other. */
	readonly isOneFile: boolean;
	/** Where what is needed only on the way may be kept. */
	scratch(path: string): string;
	/** The name of the file of a unit's records. */
	nameOf(unit: number): string;
	/** Begins the records of a unit. */
	records(unit: number): Promise<OutputFile>;
	/** Begins the list of injected spans. */
	injected(): Promise<OutputFile>;
	/** Puts everything in its place. @param summary What is said of it, where there is a place for that. */
	publish(summary: object): Promise<void>;
}

/** Begins a file of what is needed only on the way: see `ComposeOutput.scratch`. */
export const createScratch = (path: string): Promise<PendingFile> =>
	storageAt(path).create(path, { scratch: true });

/** Whether an output is one file, by its name. */
export const isFileName = (out: string) => /\.jsonl(\.gz)?$/i.test(out);

/** What the file of composed records says. */
interface Said<T> {
	version: number;
	composed: T;
	/** Of all that decides what is in the files; left out by older versions. */
	hash?: string;
	files: DatasetFile[];
}

/**
 * Writes to a directory: `data/`, a file for each unit that gives records.
 * @param hash Of all that decides the bytes.
 * @returns What came of it, and whether it was done now.
 */
export function intoDirectory<T extends object>(
	out: string,
	{ overwrite, gzip, hash }: IntoDirectory,
	action: (output: ComposeOutput) => Promise<T>,
): Promise<{ summary: T; isNew: boolean }> {
	const finished = async (directory: ExportDirectory) => {
		const said = await directory.finished<Said<T>>(
			hash,
			object({ composed: summaryShape }),
		);
		return said && { summary: said.composed, isNew: false };
	};
	return withExportDirectory(out, overwrite, finished, async (directory) => {
		const summary = await action(directoryOutput(directory, gzip, hash));
		return { summary, isNew: true };
	});
}

interface IntoDirectory {
	overwrite: boolean;
	gzip: boolean;
	hash: string;
}

function directoryOutput(
	directory: ExportDirectory,
	gzip: boolean,
	hash: string,
): ComposeOutput {
	const nameOf = (unit: number) =>
		`${String(unit).padStart(5, "0")}.jsonl${gzip ? ".gz" : ""}`;
	return {
		isOneFile: false,
		scratch: (path) => directory.scratch(path),
		nameOf,
		records: (unit) => directory.create(`data/${nameOf(unit)}`),
		injected: () => directory.create(INJECTED_FILE),
		async publish(summary) {
			await directory.publish((files) => ({
				...summary,
				hash,
				files: [...files].sort((a, b) => (a.path < b.path ? -1 : 1)),
			}));
		},
	};
}

/** Writes to a file; injected spans are listed beside it. @throws UsageError `output-in-use` */
export async function intoFile<T>(
	out: string,
	overwrite: boolean,
	action: (output: ComposeOutput) => Promise<T>,
): Promise<T> {
	const storage = storageAt(out);
	const name = out.slice(out.lastIndexOf("/") + 1);
	const beside = out.slice(0, out.length - name.length);
	const work = `${beside}.${name}.composing`;
	const ledger = `${beside}${name.replace(/\.jsonl(\.gz)?$/i, "")}.${INJECTED_FILE}`;
	const open = new Set<PendingFile>();
	const done: PendingFile[] = [];
	const begin = async (path: string): Promise<PendingFile> => {
		const file = await storage.create(path, {
			partialsIn: work,
			unhashed: true,
		});
		open.add(file);
		return file;
	};
	let records: PendingFile | null = null;
	const requireFree = async (overwrite: boolean) => {
		for (const path of [out, ledger]) {
			const found = await storage.stat(path);
			if (found === null || (overwrite && found.kind !== "directory")) continue;
			throw new UsageError(
				"output-in-use",
				`${path} is there already: choose another file (${optionName("out")})${found.kind !== "directory" ? `, or replace it with ${optionName("overwrite", true)}` : ""}.`,
			);
		}
	};
	/** Says that the list is coming to its place, and then the records. */
	const placing = `${work}/placing`;
	const tidy = async () => {
		for (const file of open) await file.abort();
		open.clear();
		// Without its records the list is nobody's.
		const isAlone =
			(await storage.stat(placing)) !== null &&
			(await storage.stat(out)) === null;
		if (isAlone) await removeForGood(storage, [ledger]);
		const entries = await storage.list(work);
		await removeForGood(
			storage,
			entries
				.filter((entry) => entry !== STATE)
				.map((entry) => `${work}/${entry}`),
		);
	};
	const locked = withLockedDirectory(
		storage,
		work,
		`composing to ${out}`,
		{ requireFree, tidy },
		{ overwrite },
		() =>
			action({
				isOneFile: true,
				scratch: (path) => `${work}/scratch/${path}`,
				nameOf: () => name,
				async records() {
					records ??= await begin(out);
					const file = records;
					return { write: (bytes) => file.write(bytes), close: async () => {} };
				},
				async injected() {
					const file = await begin(ledger);
					done.push(file);
					return { write: (bytes) => file.write(bytes), close: async () => {} };
				},
				async publish() {
					records ??= await begin(out);
					if (done.length > 0) await writeAll(storage, placing, "");
					for (const file of [...done, records]) {
						open.delete(file);
						await file.commit();
					}
				},
			}),
	);
	try {
		return await locked;
	} finally {
		// A call that was killed has left it, and then it stays for that.
		await storage.removeEmpty(work);
	}
}
