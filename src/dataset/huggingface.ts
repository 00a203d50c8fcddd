import type { ColumnType, Schema } from "../tables/columns.js";

/**
 * The features that Hugging Face `datasets` would give these columns. Lists are
 * called "Sequence", which versions 2 to 5 read; "List" is unknown before 4.
 */
export function huggingFaceFeatures(schema: Schema): Record<string, unknown> {
	return Object.fromEntries(
		schema.map(({ name, type }) => [name, featureOf(type)]),
	);
}

/** The value of the metadata key `huggingface` of a shard. */
export function huggingFaceMetadata(schema: Schema): string {
	return JSON.stringify({ info: { features: huggingFaceFeatures(schema) } });
}

function featureOf(type: ColumnType): unknown {
	const list = /^list<(.*)>$/.exec(type);
	return list === null
		? { dtype: type, _type: "Value" }
		: {
				feature: { dtype: list[1], _type: "Value" },
				length: -1,
				_type: "Sequence",
			};
}
