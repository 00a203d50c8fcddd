import { UsageError } from "../core/errors.js";
import { arrow } from "./arrow.js";
import type { ShardFormat } from "./format.js";
import { parquet } from "./parquet.js";

/** Every format of shards by name. */
export const shardFormats: Readonly<Record<string, ShardFormat>> = {
	parquet,
	arrow,
};

/** @throws UsageError `unknown-format` */
export function findShardFormat(name: string): ShardFormat {
	if (!Object.hasOwn(shardFormats, name))
		throw new UsageError(
			"unknown-format",
			`there is no shard format "${name}"; there are: ${Object.keys(shardFormats).join(", ")}.`,
		);
	return shardFormats[name];
}
