import { optionName, UsageError } from "../core/errors.js";
import { registry } from "../core/registry.js";
import type { Schema } from "../tables/columns.js";
import type { TableFormat } from "../tables/table.js";
import { type TableName, tableFormats } from "../tables/tables.js";
import type { DatasetFormat } from "./format.js";
import { loadFromDisk } from "./load-from-disk.js";
import { rowSchema } from "./rows.js";
import type { Settings } from "./settings.js";

/** What table formats have of their own as datasets. */
const own: Partial<Record<TableName, Partial<DatasetFormat>>> = {
	arrow: loadFromDisk,
};

/** Every dataset format by name: all table datasetFormats, and those that trainers made. */
export const datasetFormats = registry(
	"format",
	Object.fromEntries(
		tableFormats
			.entries()
			.map(([name, table]) => [name, { ...asDataset(table), ...own[name] }]),
	) as Record<TableName, DatasetFormat>,
);

export type FormatName = TableName;

/** The columns of a dataset's shards: those of its rows that its format carries. */
export function shardSchema(settings: Settings): Schema {
	const { columns } = datasetFormats.find(settings.format);
	return rowSchema(settings).filter(
		({ name }) => columns === null || columns.includes(name),
	);
}

/**
 * The compression of shards of a format: the one that is asked for, or the format's first.
 * @throws UsageError `unknown-name` for one that the format does not have
 */
export function compressionOf({
	format,
	compression,
}: {
	format: string;
	compression?: string | undefined;
}): string {
	const { compressions } = datasetFormats.find(format);
	if (compression !== undefined && !compressions.includes(compression))
		throw new UsageError(
			"unknown-name",
			`${optionName("compression")} is "${compression}", and shards of the format ${format} have: ${compressions.join(", ")}.`,
		);
	return compression ?? compressions[0];
}

function asDataset(table: TableFormat): DatasetFormat {
	return {
		...table,
		columns: null,
		fault: () => null,
		filesBeside: () => ({}),
		loadLines: () => [],
	};
}
