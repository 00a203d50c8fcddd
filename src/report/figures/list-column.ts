import { DataError } from "../../core/errors.js";
import type { IntLists } from "../../core/int-lists.js";
import { datasetFormats, shardSchema } from "../../dataset/formats.js";
import { openListedAtRandom, readListed } from "../../dataset/listed-file.js";
import type { DatasetFile } from "../../dataset/manifest.js";
import type { Settings } from "../../dataset/settings.js";
import { storageAt } from "../../storage/storages.js";
import { whenRead } from "../../storage/when-read.js";
import { ArrowRows, newRowPlace } from "../../tables/arrow-rows.js";
import {
	type ColumnBatch,
	columnOf,
	type Schema,
} from "../../tables/columns.js";

/** A shard: where it is, and what its rows are. */
export interface ShardToRead {
	path: string;
	bytes: number;
	rows: number;
	format: string;
	/** All of its columns. */
	schema: Schema;
}

export function shardOf(
	directory: string,
	{ path, bytes, rows }: DatasetFile & { rows: number },
	settings: Settings,
): ShardToRead {
	return {
		path: `${directory}/${path}`,
		...{ bytes, rows, format: settings.format },
		schema: shardSchema(settings),
	};
}

/**
 * One column of a shard, a list a row, some rows at a time; the other columns are not read.
 * @throws DataError `dataset-changed`, `bad-shard`
 */
export async function* readListColumn(
	shard: ShardToRead,
	column: string,
): AsyncGenerator<IntLists> {
	const { path, bytes, format } = shard;
	const { read, randomAccess } = datasetFormats.find(format);
	if (randomAccess) {
		yield* readAtRandom(shard, column);
		return;
	}
	const schema: Schema = [{ name: column, type: "list<int32>" }];
	for await (const batch of readListed(storageAt(path), path, (file) =>
		read(file, bytes, schema),
	))
		yield columnOf(batch as ColumnBatch, column, "list<int32>");
}

async function* readAtRandom(
	{ path, rows, schema }: ShardToRead,
	column: string,
): AsyncGenerator<IntLists> {
	const file = openListedAtRandom(
		storageAt(path),
		path,
		"What it belongs to",
		"seqpack verify tells what is missing",
	);
	const refused = (why: string) =>
		new DataError(
			"bad-shard",
			`${path} cannot be read: ${why}. Check the dataset with seqpack verify.`,
		);
	try {
		const found = new ArrowRows(file, schema, rows, 0, refused);
		await whenRead(() => found.open());
		for (let row = 0; row < rows; ) {
			const lists = await whenRead(() => {
				const place = found.find(row, newRowPlace());
				const offsets = new Int32Array(place.batch.rows + 1);
				found.readStarts(column, place, offsets);
				const count = offsets[place.batch.rows];
				if (count < 0 || count * 4 > place.batch.bytes)
					throw refused("a row of it is damaged");
				const values = new Int32Array(count);
				found.readValues(
					column,
					place,
					0,
					new Uint8Array(values.buffer),
					0,
					count,
				);
				return { offsets, values };
			});
			yield lists;
			row += lists.offsets.length - 1;
		}
	} finally {
		file.close?.();
	}
}
