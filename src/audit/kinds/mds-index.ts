import { parseJson } from "../../core/json.js";
import { isObject } from "../../core/values.js";
import type { ReadableStorage } from "../../sources/source.js";
import { readExactly } from "../../sources/tokens/numbers.js";

/** Shards by the names of their files, as an index lists them; null where it is none. */
export async function readShards(
	storage: ReadableStorage,
	path: string,
	size: number,
): Promise<{ name: string; samples: number }[] | null> {
	let index: unknown;
	try {
		index = parseJson(String(await readExactly(storage, path, 0, size)));
	} catch {
		return null;
	}
	const shards = isObject(index) ? index.shards : null;
	if (!Array.isArray(shards)) return null;
	const listed = shards.map((shard: unknown) => {
		if (!isObject(shard)) return null;
		const file = isObject(shard.zip_data) ? shard.zip_data : shard.raw_data;
		return isObject(file) &&
			typeof file.basename === "string" &&
			typeof shard.samples === "number"
			? { name: file.basename, samples: shard.samples }
			: null;
	});
	return listed.every((shard) => shard !== null) ? listed : null;
}
