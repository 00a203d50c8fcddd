import type { WrittenFile } from "../storage/storage.js";
import { storageAt } from "../storage/storages.js";
import type { ColumnBatch, Schema } from "../tables/columns.js";
import { tableFormats } from "../tables/tables.js";
import { huggingFaceMetadata } from "./huggingface.js";
import { packedSchema } from "./rows.js";

export interface ShardOptions {
	/** `parquet` or `arrow`; default by the ending of the path. */
	format?: string;
	/** Of Parquet: `snappy` (default), `zstd` or `none`. */
	compression?: string;
	/** Columns; default those of a packed row. */
	schema?: Schema;
	/** Most rows in a batch; default 1024. */
	batchRows?: number;
}

/** A shard that is being written. */
export interface Shard {
	/** Writes a batch of rows; its arrays may be reused once this has resolved. */
	write(batch: ColumnBatch): Promise<void>;
	/** Ends the file and puts it in its place; before, there is nothing at its path. */
	close(): Promise<WrittenFile>;
	/** Gives up, and leaves nothing behind. */
	abort(): Promise<void>;
}

/** Begins one shard file at a path. @throws UsageError `unknown-name` */
export async function createShard(
	path: string,
	options: ShardOptions = {},
): Promise<Shard> {
	const name = options.format ?? path.slice(path.lastIndexOf(".") + 1);
	const format = tableFormats.find(name);
	const schema = options.schema ?? packedSchema;
	const file = await storageAt(path).create(path);
	const writer = format.write(file, schema, {
		compression: options.compression ?? format.compressions[0],
		batchRows: options.batchRows ?? 1024,
		metadata: new Map([["huggingface", huggingFaceMetadata(schema)]]),
	});
	return {
		write: (batch) => writer.write(batch),
		async close() {
			await writer.close();
			return file.commit();
		},
		abort: () => file.abort(),
	};
}
