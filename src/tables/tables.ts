import { type NameOf, registry } from "../core/registry.js";
import { arrow } from "./arrow.js";
import { parquet } from "./parquet.js";

/** Every table format by name. */
export const tableFormats = registry("table format", {
	parquet,
	arrow,
});

export type TableName = NameOf<typeof tableFormats>;
