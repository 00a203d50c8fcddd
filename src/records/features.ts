import { type Field, type List, type Schema, Type } from "apache-arrow";
import { parseJson } from "../core/json.js";
import { isObject } from "../core/values.js";

/** Where Hugging Face `datasets` keeps what columns hold, such as images. */
const KEY = "huggingface";

/**
 * The metadata of rows: what `datasets` knows of the records' columns, each as a list.
 * Empty where it does not know all of them.
 */
export function rowFeatures(
	records: Schema,
	own: readonly Field[],
): Map<string, string> {
	const known = featuresOf(records.metadata.get(KEY));
	if (records.fields.some(({ name }) => !Object.hasOwn(known, name)))
		return new Map();
	// A list as JSON has it is read by all versions; what "Sequence" makes of structs is not what is in the file.
	const lists = records.fields.map(({ name }) => [name, [known[name]]]);
	const features = {
		...Object.fromEntries(lists),
		...Object.fromEntries(own.map(({ name, type }) => [name, featureOf(type)])),
	};
	return new Map([[KEY, JSON.stringify({ info: { features } })]]);
}

function featuresOf(json: string | undefined): Record<string, unknown> {
	try {
		const features = parseJson(json ?? "{}")?.info?.features;
		return isObject(features) ? features : {};
	} catch {
		return {};
	}
}

function featureOf(type: Field["type"]): unknown {
	return type.typeId === Type.List
		? [featureOf((type as List).children[0].type)]
		: { dtype: String(type).toLowerCase(), _type: "Value" };
}
