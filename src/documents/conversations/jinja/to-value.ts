import { Float, TemplateError, type Value } from "./values.js";

/** A value of JSON as a template sees it. Numbers that are whole are ints. */
export function toValue(json: unknown): Value {
	if (json === null || json === undefined) return null;
	switch (typeof json) {
		case "string":
		case "boolean":
		case "bigint":
			return json;
		case "number":
			return Number.isSafeInteger(json) && !Object.is(json, -0)
				? json
				: new Float(json);
		case "object": {
			if (Array.isArray(json)) return json.map(toValue);
			if (json instanceof Map || json instanceof Float) return json;
			const dict = new Map<Value, Value>();
			for (const key of Object.keys(json))
				dict.set(key, toValue((json as Record<string, unknown>)[key]));
			return dict;
		}
		default:
			throw new TemplateError(`a ${typeof json} is no value of JSON`);
	}
}
