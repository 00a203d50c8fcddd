import {
	DataError,
	EnvironmentError,
	InterruptedError,
	optionName,
} from "../core/errors.js";
import { progressOf } from "../core/progress.js";
import type { PackRecordsValues } from "../options/pack-records.js";
import { CountedStorage } from "../sources/bytes/counted-storage.js";
import type { FoundInput } from "../sources/find/candidate.js";
import { sourceFormats } from "../sources/formats.js";
import { canonicalJson, sha256 } from "../storage/hash.js";
import { storageAt } from "../storage/storages.js";
import { tableFormats } from "../tables/tables.js";
import { version } from "../version.js";
import { takeItems } from "./copy-items.js";
import { Items } from "./items.js";
import { packItems } from "./pack-items.js";
import { readLengths } from "./read-lengths.js";
import type { RecordFiles } from "./record-files.js";
import { RecordReader } from "./record-reader.js";
import type { RecordsDirectory } from "./records-directory.js";
import { RECORDS_VERSION, type RecordsManifest } from "./records-manifest.js";
import { lostMetadata, rowSchema } from "./row-schema.js";
import { RowWriter } from "./row-writer.js";
import { Counting } from "./summary.js";

/** Records of a window, at most: what is known of each takes memory. */
const MOST_RECORDS = 2 ** 20;

/** One run: reads records window by window, packs each, and writes rows. */
export class RecordPacking {
	readonly #values: PackRecordsValues;
	readonly #files: RecordFiles;
	readonly #directory: RecordsDirectory;
	readonly #compression: string;
	readonly #counting: Counting;
	readonly #hash: string;
	readonly #writer: RowWriter;
	readonly #schema: ReturnType<typeof rowSchema>;
	#items = new Items();
	#windows = 0;

	constructor(
		values: PackRecordsValues,
		files: RecordFiles,
		compression: string,
		directory: RecordsDirectory,
	) {
		this.#values = values;
		this.#files = files;
		this.#directory = directory;
		this.#compression = compression;
		this.#counting = new Counting(values);
		this.#hash = hashOfPacking(values, files, compression);
		const hasCosts = files.costColumn !== null;
		this.#schema = rowSchema(files.schema, hasCosts);
		const format = tableFormats.find(values.format);
		this.#writer = new RowWriter({
			storage: directory.storage,
			placeOf: (path) => directory.inWork(path),
			pathOf: (number) =>
				directory.pathOf(number, this.#hash, format.extension),
			format,
			compression,
			schema: this.#schema,
			records: files.schema,
			hasCosts,
			shardTokens: values.shardTokens,
			ranks: values.ranks ?? 1,
		});
	}

	async run(): Promise<RecordsManifest> {
		const { files } = this.#files;
		const counts: number[] = [];
		try {
			for (const number of files.keys()) {
				const before = this.#counting.records;
				await this.#addFile(number);
				counts.push(this.#counting.records - before);
			}
			if (this.#items.count > 0) await this.#packWindow(true);
			await this.#writer.finish();
		} catch (error) {
			await this.#writer.abort();
			throw error;
		}
		const manifest = this.#manifest(counts);
		if (manifest.summary.rows === 0)
			throw new DataError(
				"empty-corpus",
				`there are no rows to write: of ${manifest.summary.records} records none has tokens and fits a row.`,
			);
		await this.#directory.publish(manifest);
		return manifest;
	}

	async #addFile(number: number): Promise<void> {
		const { files, lengthColumn, costColumn, schema } = this.#files;
		const file = files[number];
		const storage = new CountedStorage(storageAt(file.path));
		await requireUnchanged(file);
		const reader = schema && (await RecordReader.open(storage, file, schema));
		try {
			for await (const { first, lengths, costs } of readLengths(
				storage,
				file,
				lengthColumn,
				costColumn,
			)) {
				for (let i = 0; i < lengths.length; i++) {
					const length = lengths[i];
					this.#counting.records++;
					if (!this.#fits(length, file, first + i)) continue;
					if (reader?.has(first + i) === false) await reader.goTo(first + i);
					this.#items.add(
						number,
						first + i,
						length,
						costs?.[i] ?? 0,
						reader?.at(first + i) ?? null,
					);
					if (this.#isFull()) await this.#packWindow(false);
				}
				this.#tell(number, storage.bytes);
			}
		} catch (error) {
			// What is wrong with a file that changes is not wrong with its records.
			await requireUnchanged(file);
			throw error;
		} finally {
			await reader?.close();
		}
		await requireUnchanged(file);
		this.#tell(number + 1, 0);
	}

	/** Whether a record goes into a row; counts what does not. @throws DataError `too-long` */
	#fits(length: number, { path, format }: FoundInput, record: number): boolean {
		const { seqLen, longRecords } = this.#values;
		if (length > 0 && length <= seqLen) return true;
		if (length > seqLen && longRecords === "error") {
			const place = sourceFormats.find(format).describePlace(path, record + 1);
			throw new DataError(
				"too-long",
				`${place}: the record has ${length} tokens, and a row holds ${seqLen}. Give a larger ${optionName("seqLen")}, or ${optionName("longRecords", "drop")} to leave such records out and count them.`,
			);
		}
		this.#counting.drop(length === 0 ? "empty" : "too-long", length);
		return false;
	}

	#isFull(): boolean {
		const { window, windowBytes = Infinity } = this.#values;
		const { tokens, count, bytes } = this.#items;
		return tokens >= window || count >= MOST_RECORDS || bytes >= windowBytes;
	}

	/** Packs the records at hand and writes rows of them; some stay for the next window, unless this is the last. */
	async #packWindow(isLast: boolean): Promise<void> {
		const items = this.#items;
		const packed = packItems(items, this.#values, {
			isLast,
			hasCosts: this.#files.costColumn !== null,
			window: this.#windows++,
		});
		this.#counting.add(items, packed);
		await this.#writer.write(items, packed.packing, packed.rows);
		this.#items = takeItems(items, packed.left, this.#files.schema);
	}

	#tell(filesDone: number, bytes: number): void {
		const { signal, onProgress } = this.#values;
		if (signal?.aborted) throw new InterruptedError("packing was stopped.");
		const { files } = this.#files;
		const sizes = files.map(({ size }) => size);
		const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
		const here = Math.min(sizes[filesDone] ?? 0, bytes);
		onProgress?.(
			progressOf("packing", "file", {
				done: filesDone,
				total: files.length,
				bytes: sum(sizes.slice(0, filesDone)) + here,
				totalBytes: sum(sizes),
				documents: this.#counting.records,
				tokens: this.#counting.tokens + this.#items.tokens,
				packed: this.#counting.packed(),
			}),
		);
	}

	#manifest(records: readonly number[]): RecordsManifest {
		const { files, schema, costColumn } = this.#files;
		return {
			formatVersion: RECORDS_VERSION,
			seqpackVersion: version,
			hash: this.#hash,
			options: decidingOptions(this.#values, this.#compression),
			inputs: files.map(({ source, size, fingerprint }, i) => ({
				source,
				bytes: size,
				fingerprint,
				records: records[i],
			})),
			columns: this.#schema.fields.map(({ name, type }) => ({
				name,
				type: String(type),
			})),
			lostMetadata: schema === null ? [] : lostMetadata(schema, this.#schema),
			summary: this.#counting.summary(costColumn !== null),
			shards: this.#writer.shards,
		};
	}
}

/** The options that decide what is written. */
function decidingOptions(
	values: PackRecordsValues,
	compression: string,
): Record<string, unknown> {
	const { inputs, out, overwrite, signal, onProgress, onNotice, ...options } =
		values;
	return { ...options, compression };
}

/** Of all that decides what is in the files. */
export function hashOfPacking(
	values: PackRecordsValues,
	{ files }: RecordFiles,
	compression: string,
): string {
	return sha256(
		canonicalJson({
			version,
			options: decidingOptions(values, compression),
			inputs: files.map(({ source, size, fingerprint }) => [
				source,
				size,
				fingerprint,
			]),
		}),
	);
}

/** @throws EnvironmentError `input-changed` */
async function requireUnchanged({ path, version }: FoundInput): Promise<void> {
	const now = await storageAt(path).stat(path);
	if (now === null || now.version !== version)
		throw new EnvironmentError(
			"input-changed",
			`${path} changed while records were packed. Begin again once it no longer changes.`,
		);
}
