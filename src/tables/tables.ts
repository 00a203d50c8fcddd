import { UsageError } from "../core/errors.js";
import { arrow } from "./arrow.js";
import { parquet } from "./parquet.js";
import type { TableFormat } from "./table.js";

/** Every format of shards by name. */
export const tableFormats: Readonly<Record<string, TableFormat>> = {
	parquet,
	arrow,
};

/** @throws UsageError `unknown-format` */
export function findTableFormat(name: string): TableFormat {
	if (!Object.hasOwn(tableFormats, name))
		throw new UsageError(
			"unknown-format",
			`there is no shard format "${name}"; there are: ${Object.keys(tableFormats).join(", ")}.`,
		);
	return tableFormats[name];
}
