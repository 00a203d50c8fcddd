import { sum } from "../core/arithmetic.js";
import {
	DataError,
	InterruptedError,
	optionName,
	UsageError,
} from "../core/errors.js";
import { type Progress, progressOf } from "../core/progress.js";
import { resolveOptions } from "../core/resolve-options.js";
import { withoutSlashes } from "../core/text.js";
import { datasetCard } from "../dataset/card.js";
import { faultOfFile } from "../dataset/file-fault.js";
import { findManifest } from "../dataset/find-manifest.js";
import {
	compressionOf,
	datasetFormats,
	shardSchema,
} from "../dataset/formats.js";
import { huggingFaceMetadata } from "../dataset/huggingface.js";
import { readListed } from "../dataset/listed-file.js";
import {
	type DatasetFile,
	filesOf,
	MANIFEST,
	type Manifest,
	type ManifestShard,
} from "../dataset/manifest.js";
import { manifestInFormat } from "../dataset/other-format.js";
import { readManifest } from "../dataset/read-manifest.js";
import { groupText, isSameGroup } from "../dataset/row-groups.js";
import { trainers } from "../dataset/trainers/trainers.js";
import { treesNotWritten } from "../dataset/trees-not-written.js";
import { type ConvertOptions, convertTable } from "../options/convert.js";
import { RECORDS_MANIFEST } from "../records/records-manifest.js";
import type { Storage } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import { type ColumnBatch, columnOf } from "../tables/columns.js";
import {
	type DatasetDirectory,
	withDatasetDirectory,
} from "./dataset-directory.js";
import { requireApart } from "./require-apart.js";

/** What a conversion has written. */
export interface ConvertResult {
	/** `converted`, or `already-converted` when just that was there and nothing was done. */
	status: "converted" | "already-converted";
	out: string;
	manifest: Manifest;
	/** Bytes of the shards that were read. */
	bytesBefore: number;
	seconds: number;
}

/**
 * Writes a dataset in another format: the same rows in the same order, in shards that begin and
 * end where they did, with the same index. The result is a dataset as a build makes one, but for its
 * `planHash`. Every file is compared with its checksum before it is read. Memory is
 * bounded by a row group.
 * @throws UsageError `nothing-to-convert`, `cannot-carry`, `output-in-use` and those of wrong
 * options; DataError `bad-shard` and those of `readManifest`
 */
export async function convertDataset(
	given: ConvertOptions,
): Promise<ConvertResult> {
	const began = performance.now();
	const options = resolveOptions(convertTable, given);
	const { format, overwrite, onNotice } = options;
	const directory = withoutSlashes(options.dataset);
	const out = withoutSlashes(options.out);
	const to = { format, compression: compressionOf(options) };
	await requireDataset(directory);
	const source = await readManifest(directory);
	requireApart(out, [directory]);
	await requireOther(out, source);
	requireConvertible(directory, source, to);
	const planned = manifestInFormat(source, to);
	const { trainer } = source.settings;
	if (trainer !== undefined && planned.settings.trainer === undefined)
		onNotice?.(
			`${trainers.find(trainer).title} does not read ${format} shards: the dataset card does not say any more how it loads these rows`,
			"warn",
		);
	const resultOf = (
		status: ConvertResult["status"],
		manifest: Manifest,
	): ConvertResult => {
		const seconds = (performance.now() - began) / 1000;
		const bytesBefore = sum(source.shards.map(({ bytes }) => bytes));
		return { status, out, manifest, bytesBefore, seconds };
	};
	const finished = async (there: DatasetDirectory) => {
		const manifest = await there.finished(planned.planHash);
		return manifest && resultOf("already-converted", manifest);
	};
	return withDatasetDirectory(out, overwrite, finished, async (files) => {
		const conversion = new Conversion(
			directory,
			source,
			planned,
			files,
			options,
		);
		return resultOf("converted", await conversion.run());
	});
}

class Conversion {
	readonly #storage: Storage;
	readonly #directory: string;
	readonly #source: Manifest;
	/** What the manifest comes to be, but for what is known of files once they are written. */
	readonly #planned: Manifest;
	readonly #files: DatasetDirectory;
	readonly #running: Pick<ConvertOptions, "signal" | "onProgress">;
	readonly #progress: Progress;

	constructor(
		directory: string,
		source: Manifest,
		planned: Manifest,
		files: DatasetDirectory,
		running: Pick<ConvertOptions, "signal" | "onProgress">,
	) {
		this.#storage = storageAt(directory);
		this.#directory = directory;
		this.#source = source;
		this.#planned = planned;
		this.#files = files;
		this.#running = running;
		const totalBytes = sum(source.shards.map(({ bytes }) => bytes));
		this.#progress = progressOf("converting", "row", {
			total: sum(source.shards.map(({ rows }) => rows)),
			totalBytes,
		});
	}

	async run(): Promise<Manifest> {
		const copied = {
			...this.#planned,
			shards: [],
			beside: [],
		};
		const before = filesOf({ ...this.#source, shards: [], beside: [] });
		for (const [i, { path }] of filesOf(copied).entries())
			await this.#copy(before[i], path);
		const shards: ManifestShard[] = [];
		for (const [i, planned] of this.#planned.shards.entries())
			shards.push(await this.#convert(this.#source.shards[i], planned));
		const manifest = { ...this.#planned, shards, beside: [] };
		const { filesBeside } = datasetFormats.find(manifest.settings.format);
		const contents = {
			"README.md": datasetCard(manifest),
			...filesBeside(manifest),
		};
		const beside: DatasetFile[] = [];
		for (const [path, content] of Object.entries(contents))
			beside.push({ path, ...(await this.#files.write(path, content)) });
		const whole = { ...manifest, beside };
		await this.#files.publish(whole);
		return whole;
	}

	async #copy(of: DatasetFile, path: string): Promise<void> {
		await this.#requireListed(of);
		const copy = await this.#files.create(path);
		try {
			for await (const piece of this.#piecesOf(of)) {
				this.#stopWhereAsked();
				await copy.write(piece);
			}
		} catch (error) {
			await copy.abort();
			throw error;
		}
		const { sha256 } = await copy.commit();
		if (sha256 !== of.sha256) throw this.#refuse(of, "has changed");
	}

	#piecesOf({ path, bytes }: DatasetFile): AsyncGenerator<Buffer> {
		const { readSize } = this.#storage;
		return readListed(
			this.#storage,
			`${this.#directory}/${path}`,
			async function* (file) {
				for (let position = 0; position < bytes; ) {
					const piece = await file.read(position, readSize);
					if (piece.length === 0) return;
					yield piece;
					position += piece.length;
				}
			},
		);
	}

	async #convert(
		of: ManifestShard,
		planned: ManifestShard,
	): Promise<ManifestShard> {
		await this.#requireListed(of);
		const { settings } = this.#planned;
		const { batchRows } = bucketOf(settings, of);
		const schema = shardSchema(settings);
		const file = await this.#files.create(planned.path);
		try {
			const { compression } = settings;
			const writer = datasetFormats.find(settings.format).write(file, schema, {
				...{ compression, batchRows },
				metadata: new Map([["huggingface", huggingFaceMetadata(schema)]]),
			});
			let rows = 0;
			for await (const batch of this.#batchesOf(of)) {
				await writer.write(batch);
				rows += batch.rows;
				this.#tell(batch, of);
			}
			if (rows !== of.rows)
				throw this.#refuse(
					of,
					`has ${rows} rows; the manifest says ${of.rows}`,
				);
			await writer.close();
		} catch (error) {
			await file.abort();
			throw error;
		}
		return { ...planned, ...(await file.commit()) };
	}

	/** @throws DataError `bad-shard` */
	async *#batchesOf(shard: ManifestShard): AsyncGenerator<ColumnBatch> {
		const { settings } = this.#source;
		const { read } = datasetFormats.find(settings.format);
		const path = `${this.#directory}/${shard.path}`;
		yield* readListed(this.#storage, path, (file) =>
			read(file, shard.bytes, shardSchema(settings)),
		);
	}

	#tell(batch: ColumnBatch, of: ManifestShard): void {
		this.#progress.done += batch.rows;
		this.#progress.bytes += (of.bytes * batch.rows) / of.rows;
		this.#progress.tokens += columnOf(
			batch,
			"input_ids",
			"list<int32>",
		).values.length;
		this.#running.onProgress?.({ ...this.#progress });
		this.#stopWhereAsked();
	}

	/** @throws InterruptedError */
	#stopWhereAsked(): void {
		if (this.#running.signal?.aborted)
			throw new InterruptedError("the conversion was stopped.");
	}

	/** @throws DataError `bad-shard` for a file that is not the one that the manifest lists */
	async #requireListed(file: DatasetFile): Promise<void> {
		const fault = await faultOfFile(this.#storage, this.#directory, file);
		if (fault !== null) throw this.#refuse(file, fault);
	}

	#refuse({ path }: DatasetFile, why: string): DataError {
		return new DataError(
			"bad-shard",
			`${this.#directory}/${path} ${why}. Put the file back, or build the dataset again.`,
		);
	}
}

/** @throws UsageError `not-a-dataset` for records that were packed as they are */
async function requireDataset(directory: string): Promise<void> {
	const storage = storageAt(directory);
	if ((await storage.stat(`${directory}/${MANIFEST}`)) !== null) return;
	if ((await storage.stat(`${directory}/${RECORDS_MANIFEST}`)) !== null)
		throw new UsageError(
			"not-a-dataset",
			`${directory} holds packed records, whose columns seqpack does not know: pack them again with ${optionName("format")}.`,
		);
}

/** @throws UsageError `output-in-use` where the output is the dataset that is read, as by a link */
async function requireOther(out: string, source: Manifest): Promise<void> {
	if ((await findManifest(out))?.planHash === source.planHash)
		throw new UsageError(
			"output-in-use",
			`${out} holds the very dataset that is read: choose a directory apart from it (${optionName("out")}).`,
		);
}

/** @throws UsageError `nothing-to-convert`, `cannot-carry` */
function requireConvertible(
	directory: string,
	{ settings, store, tokenizer }: Manifest,
	to: { format: string; compression: string },
): void {
	const format = datasetFormats.find(to.format);
	if (settings.prefixTree !== undefined) throw treesNotWritten(directory);
	if (store !== undefined)
		throw new UsageError(
			"cannot-carry",
			`${directory} is a packing, an index without tokens, which has no other format: write its rows with seqpack export (${optionName("format", to.format)}), or convert its store and pack that again.`,
		);
	if (settings.format === to.format && settings.compression === to.compression)
		throw new UsageError(
			"nothing-to-convert",
			`${directory} has ${to.format} shards of the compression ${to.compression} already: give another ${optionName("format")} or ${optionName("compression")}, or copy the directory.`,
		);
	if (settings.shift && format.randomAccess)
		throw new UsageError(
			"cannot-carry",
			`${directory} was built with ${optionName("shift", true)}, and seqpack reads ${to.format} shards itself, unshifted: build it again with ${optionName("format", to.format)}, and without ${optionName("shift", true)}.`,
		);
	const fault = format.fault(settings, tokenizer.vocabSize);
	if (fault !== null)
		throw new UsageError(
			"cannot-carry",
			`${directory} cannot be written with ${optionName("format", to.format)}: ${fault}.`,
		);
}

/** @throws DataError `bad-manifest` */
function bucketOf({ buckets }: Manifest["settings"], shard: ManifestShard) {
	const found = buckets.find(
		(each) => isSameGroup(each, shard) && each.length === shard.bucket,
	);
	if (found === undefined)
		throw new DataError(
			"bad-manifest",
			`the manifest has no bucket of ${shard.bucket} of ${groupText(shard)}, which ${shard.path} is of: build the dataset again.`,
		);
	return found;
}
